#include "libdim/manifest/resolve.hpp"

#include "libdim/base/text.hpp"
#include "libdim/manifest/open_parents.hpp"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

namespace dim::manifest {

namespace {

// As the kernel has them.
constexpr int kLinksLimit = 40;

/// The components of PATH, the last one first, on top of REST.
void push_components(std::string_view path, std::vector<std::string>& rest) {
    for (const std::string_view name : split(path, '/') | std::views::reverse)
        if (!name.empty() && name != ".") rest.emplace_back(name);
}

}  // namespace

const Entry* entry_at(const Manifest& tree, std::string_view path) {
    const auto found = std::ranges::lower_bound(tree.entries, path, {}, &Entry::path);
    return found != tree.entries.end() && found->path == path ? &*found : nullptr;
}

const Entry* resolve(const Manifest& tree, std::string_view path) {
    std::vector<std::string> rest;
    push_components(path, rest);
    std::string at;
    int links = 0;
    while (!rest.empty()) {
        const std::string name = std::move(rest.back());
        rest.pop_back();
        if (name == "..") {
            at = parent_of(at);
            continue;
        }
        const Entry* entry = entry_at(tree, at.empty() ? name : at + "/" + name);
        if (entry == nullptr) return nullptr;
        if (entry->type == EntryType::symlink) {
            if (++links > kLinksLimit) return nullptr;
            if (entry->target.starts_with('/')) at.clear();
            push_components(entry->target, rest);
        } else if (!rest.empty() && entry->type != EntryType::directory) {
            return nullptr;
        } else {
            at = entry->path;
        }
    }
    return entry_at(tree, at);
}

}  // namespace dim::manifest
