#include "imageserver/image/scoped_tree.hpp"

#include "libdim/base/text.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/manifest/tree_change.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace dim::server {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;

namespace {

/// Whether PATH is ABOVE or below it.
bool is_below(std::string_view path, std::string_view above) {
    return above.empty() || path == above || (path.starts_with(above) && path[above.size()] == '/');
}

const Entry* entry_in(const Manifest& tree, std::string_view path) {
    const auto found = std::ranges::lower_bound(tree.entries, path, {}, &Entry::path);
    return found != tree.entries.end() && found->path == path ? &*found : nullptr;
}

Result<void> check_there(const Manifest& newest, const Manifest& master, const TreeScope& scope) {
    for (const std::string& path : scope.paths()) {
        if (entry_in(newest, path) != nullptr || entry_in(master, path) != nullptr) continue;
        return fail(Error(ErrorCode::not_found, "there is no /" + manifest::escape(path) +
                                                    ", neither in the master nor in the newest "
                                                    "generation")
                        .with_cure("name it without links on the way: /usr/bin/env, not /bin/env; "
                                   "what is left out of the image is not there, either"));
    }
    return {};
}

/// Names of one file are all in the scope, or none.
Result<void> check_names(const Manifest& newest, const TreeScope& scope) {
    std::map<std::uint32_t, const Entry*> inside;
    for (const Entry& entry : newest.entries)
        if (entry.link_group != 0 && scope.has(entry.path))
            inside.emplace(entry.link_group, &entry);
    for (const Entry& entry : newest.entries) {
        const auto found = inside.find(entry.link_group);
        if (found == inside.end() || scope.has(entry.path)) continue;
        return fail(Error(ErrorCode::conflict, "/" + manifest::escape(entry.path) +
                                                   " is another name of /" +
                                                   manifest::escape(found->second->path))
                        .with_cure("name it, too"));
    }
    return {};
}

/// BOTH, which have no path in common, by path.
Manifest joined_tree(const Manifest& one, const Manifest& other) {
    Manifest joined;
    std::map<std::pair<const Manifest*, std::uint32_t>, std::uint32_t> groups;
    std::vector<std::pair<const Entry*, const Manifest*>> entries;
    for (const Manifest* manifest : {&one, &other})
        for (const Entry& entry : manifest->entries)
            entries.emplace_back(&entry, manifest);
    std::ranges::sort(entries, {},
                      [](const auto& each) -> const std::string& { return each.first->path; });
    for (const auto& [entry, manifest] : entries) {
        std::uint32_t& group = joined.entries.emplace_back(*entry).link_group;
        if (group == 0) continue;
        const auto next = static_cast<std::uint32_t>(groups.size() + 1);
        group = groups.try_emplace({manifest, group}, next).first->second;
    }
    return joined;
}

}  // namespace

TreeScope TreeScope::of(const std::vector<std::string>& paths) {
    TreeScope scope;
    for (const std::string& path : paths)
        scope.paths_.push_back(path.substr(path.starts_with('/') ? 1 : 0));
    return scope;
}

bool TreeScope::has(std::string_view path) const {
    return std::ranges::any_of(paths_,
                               [&](const std::string& each) { return is_below(path, each); });
}

bool TreeScope::is_above(std::string_view path) const {
    return std::ranges::any_of(
        paths_, [&](const std::string& each) { return each != path && is_below(each, path); });
}

sys::TreeFilter TreeScope::within(const sys::TreeFilter& filter) const {
    return {.leaves_out =
                [scope = *this, leaves_out = filter.leaves_out](const std::string& path) {
                    return (!scope.has(path) && !scope.is_above(path)) ||
                           (leaves_out && leaves_out(path));
                },
            .enters = filter.enters};
}

std::string TreeScope::text() const {
    constexpr std::size_t kShown = 3;
    constexpr std::size_t kTextBytes = 300;
    std::string text;
    for (std::size_t i = 0; i < std::min(paths_.size(), kShown); ++i)
        text += (i == 0 ? "/" : ", /") + manifest::escape(paths_[i]);
    if (paths_.size() > kShown) text += " and " + std::to_string(paths_.size() - kShown) + " more";
    // It becomes a part of the text of the generation's source.
    return printable(text, kTextBytes);
}

Result<Manifest> with_scope_of(const Manifest& newest, const Manifest& master,
                               const TreeScope& scope) {
    DIM_CHECK(check_there(newest, master, scope));
    DIM_CHECK(check_names(newest, scope));
    const auto is_new_directory = [&](const Entry& entry) {
        return scope.is_above(entry.path) && entry_in(newest, entry.path) == nullptr;
    };
    for (const Entry& entry : master.entries) {
        if (!scope.is_above(entry.path)) continue;
        const Entry* known = entry_in(newest, entry.path);
        if (entry.type == EntryType::directory &&
            (known == nullptr || known->type == EntryType::directory))
            continue;
        return fail(Error(ErrorCode::conflict, "/" + manifest::escape(entry.path) +
                                                   " is no directory in the master, or in the "
                                                   "newest generation")
                        .with_cure("name it itself"));
    }
    return joined_tree(
        select_entries(newest, [&](const Entry& entry) { return !scope.has(entry.path); }),
        select_entries(master, [&](const Entry& entry) {
            return scope.has(entry.path) || is_new_directory(entry);
        }));
}

}  // namespace dim::server
