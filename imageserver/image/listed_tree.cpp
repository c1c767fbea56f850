#include "imageserver/image/listed_tree.hpp"

#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/scan_tree.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;
using manifest::ScannedTree;
using manifest::Stamp;

namespace {

mode_t type_of(const Entry& entry) {
    switch (entry.type) {
        case EntryType::file: return S_IFREG;
        case EntryType::directory: return S_IFDIR;
        case EntryType::symlink: return S_IFLNK;
        case EntryType::block_device: return S_IFBLK;
        case EntryType::character_device: return S_IFCHR;
        case EntryType::fifo: return S_IFIFO;
        case EntryType::socket: return S_IFSOCK;
    }
    return 0;
}

/// Whether ENTRY is what was listed, as far as a list tells.
bool is_as_listed(const Entry& entry, const ListedName& name) {
    return type_of(entry) == name.type && entry.modified == name.modified &&
           (entry.type != EntryType::file || entry.size == name.size);
}

/// None when another change could have the same time: of file systems that count seconds, within
/// the same second.
std::optional<Stamp> stamp_of(const ListedName& name, std::int64_t began) {
    const std::int64_t margin_us =
        name.changed.nanoseconds == 0 ? 2'100'000 : manifest::kClockResolutionUs;
    const std::int64_t latest = began - (margin_us + 999'999) / 1'000'000;
    if (name.changed.seconds >= latest) return std::nullopt;
    return Stamp{.inode = name.inode, .changed = name.changed};
}

/// What an earlier look knows, by path and by inode.
class Known {
public:
    explicit Known(const ScannedTree& tree) : tree_(&tree) {
        if (tree.cache.size() != tree.manifest.entries.size()) return;
        for (std::size_t i = 0; i < tree.cache.size(); ++i) {
            if (!tree.cache[i]) continue;
            by_path_.emplace(tree.manifest.entries[i].path, i);
            by_inode_.emplace(tree.cache[i]->inode, i);
        }
    }
    /// The entry of NAME, when it proves that nothing of it changed.
    const Entry* find(const ListedName& name) const {
        if (const auto found = by_path_.find(name.path); found != by_path_.end())
            if (const Entry* entry = proven(found->second, name)) return entry;
        // In a directory that was renamed. Times in seconds are too coarse to tell two file systems
        // apart.
        if (name.changed.nanoseconds == 0) return nullptr;
        const auto found = by_inode_.find(name.inode);
        return found == by_inode_.end() ? nullptr : proven(found->second, name);
    }

private:
    const Entry* proven(std::size_t index, const ListedName& name) const {
        const Entry& entry = tree_->manifest.entries[index];
        const Stamp stamp{.inode = name.inode, .changed = name.changed};
        return *tree_->cache[index] == stamp && is_as_listed(entry, name) ? &entry : nullptr;
    }
    const ScannedTree* tree_;
    std::unordered_map<std::string_view, std::size_t> by_path_;
    std::unordered_map<std::uint64_t, std::size_t> by_inode_;
};

/// Names of one file among what was listed, which are INDEXES of the tree.
class LinkGroups {
public:
    void add(const ListedName& name, std::size_t index) {
        if (!S_ISDIR(name.type)) names_[{name.device, name.inode}].push_back(index);
    }
    /// Of those that differ, because one was changed meanwhile, each is a file of its own.
    void number(std::vector<Entry>& entries) const {
        std::vector<std::uint64_t> first(entries.size(), kNone);
        for (const auto& [inode, names] : names_)
            for (const std::size_t index : names)
                if (index != names.front() && is_same(entries[index], entries[names.front()]))
                    first[index] = first[names.front()] = names.front();
        std::unordered_map<std::uint64_t, std::uint32_t> groups;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (first[i] == kNone) continue;
            const auto next = static_cast<std::uint32_t>(groups.size() + 1);
            entries[i].link_group = groups.try_emplace(first[i], next).first->second;
        }
    }

private:
    static constexpr std::uint64_t kNone = UINT64_MAX;
    static bool is_same(Entry one, const Entry& other) {
        one.path = other.path;
        return one == other;
    }
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<std::size_t>> names_;
};

}  // namespace

ListedTree tree_of(const MachineList& list, const ScannedTree& earlier,
                   const FetchedFiles& fetched) {
    const Known known(earlier);
    ListedTree result;
    LinkGroups links;
    std::vector<Entry>& entries = result.tree.manifest.entries;
    entries.reserve(list.names.size());
    std::unordered_set<std::string_view> directories;
    for (const ListedName& name : list.names) {
        if (!name.path.empty() && !directories.contains(manifest::parent_of(name.path))) continue;
        const auto came = fetched.entries.find(name.path);
        const Entry* entry = came != fetched.entries.end()       ? &came->second
                             : fetched.asked.contains(name.path) ? nullptr
                                                                 : known.find(name);
        const bool is_unknown = entry == nullptr && !fetched.asked.contains(name.path);
        if (is_unknown) result.unknown.push_back(name.path);
        if (is_unknown ? S_ISDIR(name.type)
                       : entry != nullptr && entry->type == EntryType::directory)
            directories.insert(name.path);
        if (entry == nullptr) continue;
        links.add(name, entries.size());
        entries.push_back(*entry);
        entries.back().path = name.path;
        entries.back().link_group = 0;
    }
    links.number(entries);
    result.tree.cache = cache_of(result.tree.manifest, list);
    return result;
}

manifest::ScanCache cache_of(const manifest::Manifest& tree, const MachineList& list) {
    manifest::ScanCache cache;
    cache.reserve(tree.entries.size());
    auto name = list.names.begin();
    for (const Entry& entry : tree.entries) {
        while (name != list.names.end() && name->path < entry.path)
            ++name;
        const bool is_listed = name != list.names.end() && name->path == entry.path;
        cache.push_back(is_listed && is_as_listed(entry, *name) ? stamp_of(*name, list.began)
                                                                : std::nullopt);
    }
    return cache;
}

}  // namespace dim::server
