#include "libdim/manifest/rescan.hpp"

#include "libdim/manifest/escaped_text.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace dim::manifest {

namespace {

/// Of names of files that are found one after the other.
constexpr int kRescanAttempts = 4;

std::pair<std::string, std::string> directory_and_name(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == path.npos) return {"", path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

/// The entries of TREE below DIRECTORY, which are one after the other.
std::pair<std::size_t, std::size_t> below(const Manifest& tree, const std::string& directory) {
    if (directory.empty()) return {1, tree.entries.size()};
    const auto at = [&](const std::string& path) {
        return static_cast<std::size_t>(
            std::ranges::lower_bound(tree.entries, path, {}, &Entry::path) - tree.entries.begin());
    };
    return {at(directory + "/"), at(directory + static_cast<char>('/' + 1))};
}

/// Where PATH is in TREE.
std::optional<std::size_t> index_at(const Manifest& tree, std::string_view path) {
    const auto found = std::ranges::lower_bound(tree.entries, path, {}, &Entry::path);
    if (found == tree.entries.end() || found->path != path) return std::nullopt;
    return static_cast<std::size_t>(found - tree.entries.begin());
}

/// Which entries of TREE are looked at anew.
std::vector<bool> mark_changed(const Manifest& tree, const ChangedPaths& changed) {
    std::vector<bool> is_changed(tree.entries.size());
    for (const std::string& path : changed.entries())
        if (const auto at = index_at(tree, path)) is_changed[*at] = true;
    for (const std::string& path : changed.whole()) {
        const auto [begin, end] = below(tree, path);
        std::fill(is_changed.begin() + static_cast<std::ptrdiff_t>(begin),
                  is_changed.begin() + static_cast<std::ptrdiff_t>(end), true);
    }
    return is_changed;
}

/// Adds to CHANGED the names of files of TREE that have another name there.
void add_other_names(const Manifest& tree, ChangedPaths& changed) {
    const std::vector<bool> is_changed = mark_changed(tree, changed);
    std::unordered_set<std::uint32_t> groups;
    for (std::size_t i = 0; i < is_changed.size(); ++i)
        if (is_changed[i] && tree.entries[i].link_group != 0)
            groups.insert(tree.entries[i].link_group);
    if (groups.empty()) return;
    for (const Entry& entry : tree.entries)
        if (groups.contains(entry.link_group)) changed.add(entry.path);
}

/// What was not looked at of OLD, and is another name of what was: it belongs to CHANGED, too.
bool add_names_found(const ScannedTree& old, const std::vector<bool>& is_changed,
                     const ScannedTree& looked, ChangedPaths& changed) {
    std::unordered_set<std::uint64_t> inodes;
    for (std::size_t i = 0; i < looked.inodes.size(); ++i)
        if (looked.manifest.entries[i].type != EntryType::directory)
            inodes.insert(looked.inodes[i]);
    bool has_found = false;
    for (std::size_t i = 0; i < old.inodes.size(); ++i) {
        const Entry& entry = old.manifest.entries[i];
        if (is_changed[i] || entry.type == EntryType::directory || !inodes.contains(old.inodes[i]))
            continue;
        changed.add(entry.path);
        has_found = true;
    }
    return has_found;
}

/// What is kept of OLD is where it was.
Result<void> check_ways(const ScannedTree& old, const ChangedPaths& changed,
                        const ScannedTree& looked) {
    for (const std::string& path : changed.entries()) {
        const auto was = index_at(old.manifest, path);
        if (changed.is_whole(path) || !was ||
            old.manifest.entries[*was].type != EntryType::directory)
            continue;
        const auto is = index_at(looked.manifest, path);
        if (is && looked.manifest.entries[*is].type == EntryType::directory &&
            looked.inodes[*is] == old.inodes[*was])
            continue;
        return fail(ErrorCode::conflict, "/" + escape(path) + " is not what it was any more");
    }
    return {};
}

}  // namespace

void ChangedPaths::add(const std::string& path) {
    add_entry(path);
    whole_.insert(path);
}

void ChangedPaths::add_entry(const std::string& path) {
    if (path.empty()) {
        names_.try_emplace("");
        return;
    }
    auto [directory, name] = directory_and_name(path);
    if (!names_[directory].insert(std::move(name)).second) return;
    if (!directory.empty()) add_entry(directory);
}

bool ChangedPaths::is_whole(std::string_view path) const {
    if (whole_.empty()) return false;
    for (std::string at(path);; at.resize(at.rfind('/'))) {
        if (whole_.contains(at)) return true;
        if (at.find('/') == at.npos) return whole_.contains("");
    }
}

std::optional<std::vector<std::string>> ChangedPaths::names(const std::string& directory) const {
    if (is_whole(directory)) return std::nullopt;
    const auto found = names_.find(directory);
    if (found == names_.end()) return std::vector<std::string>{};
    return std::vector<std::string>(found->second.begin(), found->second.end());
}

std::set<std::string> ChangedPaths::entries() const {
    std::set<std::string> entries{""};
    for (const auto& [directory, names] : names_) {
        for (const std::string& name : names)
            entries.insert(directory.empty() ? name : directory + "/" + name);
    }
    return entries;
}

Result<RescannedTree> rescan_tree(const sys::Fd& root, ScannedTree previous, ChangedPaths changed,
                                  const ScanSettings& settings) {
    const std::size_t size = previous.manifest.entries.size();
    if (previous.inodes.size() != size || size == 0)
        return fail(ErrorCode::invalid_input, "a tree without inodes");
    previous.cache.resize(size);
    ScanSettings some = settings;
    some.previous = &previous;
    some.names = [&](const std::string& directory) { return changed.names(directory); };
    for (int attempt = 0; attempt < kRescanAttempts; ++attempt) {
        add_other_names(previous.manifest, changed);
        DIM_TRY(ScannedTree looked, scan_tree(root, some));
        DIM_CHECK(check_ways(previous, changed, looked));
        const std::vector<bool> is_changed = mark_changed(previous.manifest, changed);
        if (add_names_found(previous, is_changed, looked, changed)) continue;
        return merge_scans(std::move(previous), is_changed, std::move(looked));
    }
    return fail(ErrorCode::conflict, "files get names all the time while they are looked at");
}

}  // namespace dim::manifest
