#include "libdim/manifest/seen_names.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace dim::manifest {

namespace {

/// Numbers the link groups of what is sorted.
void group_links(const std::vector<SeenName*>& sorted) {
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<SeenName*>> names;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> order;
    for (SeenName* seen : sorted) {
        if (!seen->has_other_names) continue;
        std::vector<SeenName*>& same = names[seen->inode];
        if (same.empty()) order.push_back(seen->inode);
        same.push_back(seen);
    }
    std::uint32_t group = 0;
    for (const auto& inode : order) {
        const std::vector<SeenName*>& same = names.at(inode);
        if (same.size() == 1) continue;
        ++group;
        SeenName newest = *same.front();
        for (const SeenName* seen : same)
            if (!seen->stamp || (newest.stamp && newest.stamp->changed < seen->stamp->changed))
                newest = *seen;
        newest.entry.link_group = group;
        for (SeenName* seen : same) {
            std::string path = std::move(seen->entry.path);
            *seen = newest;
            seen->entry.path = std::move(path);
        }
    }
}

/// By path, each once: a name that moved while its directory was read may have been seen twice.
std::vector<SeenName*> sort_by_path(std::deque<SeenName>& names) {
    const auto path = [](const SeenName* seen) -> std::string_view { return seen->entry.path; };
    std::vector<SeenName*> sorted;
    sorted.reserve(names.size());
    for (SeenName& seen : names)
        sorted.push_back(&seen);
    std::ranges::sort(sorted, {}, path);
    const auto repeated = std::ranges::unique(sorted, {}, path);
    sorted.erase(repeated.begin(), repeated.end());
    return sorted;
}

}  // namespace

ScannedTree tree_of(std::deque<SeenName> names) {
    const std::vector<SeenName*> sorted = sort_by_path(names);
    group_links(sorted);
    ScannedTree tree;
    tree.manifest.entries.reserve(sorted.size());
    tree.cache.reserve(sorted.size());
    tree.inodes.reserve(sorted.size());
    for (SeenName* seen : sorted) {
        tree.manifest.entries.push_back(std::move(seen->entry));
        tree.cache.push_back(seen->stamp);
        tree.inodes.push_back(seen->inode.second);
    }
    return tree;
}

}  // namespace dim::manifest
