#include "libdim/manifest/merge_scans.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace dim::manifest {

namespace {

struct Sameness {
    bool of_entries = true;
    bool of_stamps = true;
};

/// Of LOOKED and of what OLD has where IS_CHANGED. With names of one file, whose numbers differ, it
/// is no matter: not the same.
Sameness compare(const ScannedTree& old, const std::vector<bool>& is_changed,
                 const ScannedTree& looked) {
    Sameness same;
    std::size_t next = 0;
    for (std::size_t i = 0; i < is_changed.size() && same.of_entries; ++i) {
        if (!is_changed[i]) continue;
        same.of_entries =
            next < looked.inodes.size() && old.manifest.entries[i] == looked.manifest.entries[next];
        if (same.of_entries && old.cache[i] != looked.cache[next]) same.of_stamps = false;
        ++next;
    }
    same.of_entries = same.of_entries && next == looked.inodes.size();
    same.of_stamps = same.of_stamps && same.of_entries;
    return same;
}

/// Link groups of two trees among each other, numbered as they come.
void renumber(std::vector<Entry>& entries) {
    std::map<std::uint32_t, std::uint32_t> numbers;
    for (Entry& entry : entries) {
        if (entry.link_group == 0) continue;
        const auto next = static_cast<std::uint32_t>(numbers.size() + 1);
        entry.link_group = numbers.try_emplace(entry.link_group, next).first->second;
    }
}

void move_entry(ScannedTree& from, std::size_t at, ScannedTree& to, std::size_t place) {
    to.manifest.entries[place] = std::move(from.manifest.entries[at]);
    to.cache[place] = from.cache[at];
    to.inodes[place] = from.inodes[at];
}

void resize(ScannedTree& tree, std::size_t size) {
    tree.manifest.entries.resize(size);
    tree.cache.resize(size);
    tree.inodes.resize(size);
}

/// What of TREE was not changed, in front. Returns how many that are.
std::size_t close_up(ScannedTree& tree, const std::vector<bool>& is_changed) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < is_changed.size(); ++i) {
        if (is_changed[i]) continue;
        if (kept != i) move_entry(tree, i, tree, kept);
        ++kept;
    }
    return kept;
}

}  // namespace

RescannedTree merge_scans(ScannedTree old, const std::vector<bool>& is_changed,
                          ScannedTree looked) {
    const Sameness same = compare(old, is_changed, looked);
    if (same.of_stamps) return {std::move(old), true, true};
    std::uint32_t groups = 0;
    for (const Entry& entry : old.manifest.entries)
        groups = std::max(groups, entry.link_group);
    for (Entry& entry : looked.manifest.entries)
        if (entry.link_group != 0) entry.link_group += groups;
    // A second tree of that size would be most of what an update takes of the memory.
    std::size_t kept = close_up(old, is_changed);
    std::size_t added = looked.inodes.size();
    resize(old, kept + added);
    for (std::size_t place = kept + added; added > 0; --place) {
        const bool is_added = kept == 0 || old.manifest.entries[kept - 1].path <
                                               looked.manifest.entries[added - 1].path;
        if (is_added)
            move_entry(looked, --added, old, place - 1);
        else
            move_entry(old, --kept, old, place - 1);
    }
    renumber(old.manifest.entries);
    return {std::move(old), false, same.of_entries};
}

}  // namespace dim::manifest
