#include "libdim/changeset/outline.hpp"

#include "libdim/manifest/escaped_text.hpp"
#include "libdim/manifest/join.hpp"
#include "libdim/manifest/manifest_text.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/tls/sha256.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace dim::changeset {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;

namespace {

using Paths = std::unordered_set<std::string_view>;

Paths changed_paths(const Manifest& older, const Manifest& newer) {
    const manifest::TreeChange change = manifest::plan_change(older, newer);
    Paths paths;
    for (const auto& put : change.puts)
        paths.insert(put.entry->path);
    for (const Entry* entry : change.removed)
        paths.insert(entry->path);
    for (const Entry* entry : change.directories)
        paths.insert(entry->path);
    return paths;
}

/// Adds the names of files one name of which is there; whether there were any.
bool add_other_names(const Manifest& manifest, Paths& paths) {
    std::unordered_set<std::uint32_t> groups;
    for (const Entry& entry : manifest.entries)
        if (entry.link_group != 0 && paths.contains(entry.path)) groups.insert(entry.link_group);
    const std::size_t before = paths.size();
    for (const Entry& entry : manifest.entries)
        if (groups.contains(entry.link_group)) paths.insert(entry.path);
    return paths.size() != before;
}

Result<void> check_paths(const Manifest& manifest) {
    for (const Entry& entry : manifest.entries) {
        if (entry.path.starts_with(kStagingName))
            return fail(Error(ErrorCode::invalid_input,
                              manifest::escape(entry.path) + " is of an apply that was interrupted")
                            .with_cure("finish it: 'dim changeset apply' with the same changeset"));
        if (entry.type == EntryType::directory) continue;
        if (entry.path.empty())
            return fail(ErrorCode::invalid_input, "the root of a tree is no directory");
        const std::string below = entry.path + '/';
        const auto next = std::ranges::lower_bound(manifest.entries, below, {}, &Entry::path);
        if (next != manifest.entries.end() && next->path.starts_with(below))
            return fail(ErrorCode::invalid_input,
                        manifest::escape(next->path) + " is in what is no directory");
    }
    return {};
}

}  // namespace

Outline outline_of(const Manifest& older, std::string from, const Manifest& newer, std::string to) {
    Paths paths = changed_paths(older, newer);
    // Whoever applies it makes a directory in the root, and has to set its time again.
    if (!paths.empty()) paths.insert("");
    while (add_other_names(older, paths) || add_other_names(newer, paths)) {
    }
    const auto is_wanted = [&](const Entry& entry) { return paths.contains(entry.path); };
    return {std::move(from), std::move(to), select_entries(older, is_wanted),
            select_entries(newer, is_wanted)};
}

std::string name_of(const Outline& outline) {
    constexpr std::size_t kDigits = 16;
    return tls::sha256(outline.from + outline.to + to_text(outline.older) + to_text(outline.newer))
        .substr(0, kDigits);
}

std::vector<manifest::Difference> differences_of(const Outline& outline) {
    return manifest::compare(outline.older, outline.newer);
}

std::vector<const Entry*> needed_files(const Outline& outline) {
    std::vector<const Entry*> files;
    for (const auto& put : manifest::plan_change(outline.older, outline.newer).puts)
        if (put.entry->type == EntryType::file && put.link_to.empty()) files.push_back(put.entry);
    return files;
}

Result<void> check_outline(const Outline& outline) {
    if (outline.older.entries.empty() && outline.newer.entries.empty()) return {};
    for (const Manifest* manifest : {&outline.older, &outline.newer})
        if (manifest->entries.empty() || !manifest->entries.front().path.empty())
            return fail(ErrorCode::invalid_input, "the root of a tree is missing");
    DIM_CHECK(check_paths(outline.older));
    return check_paths(outline.newer);
}

bool is_whole(const Outline& outline) { return outline.older.entries.size() == 1; }

Result<manifest::Manifest> newer_tree(const Outline& outline, const manifest::Manifest& older) {
    const bool is_from_older = outline.from == manifest::digest_of(to_text(older));
    if (!is_from_older && !is_whole(outline))
        return fail(ErrorCode::conflict, "the changeset was made of another tree than the one "
                                         "that is here");
    manifest::Manifest newer;
    if (is_from_older) {
        manifest::Join joined;
        auto changed = outline.newer.entries.begin();
        auto gone = outline.older.entries.begin();
        for (const Entry& entry : older.entries) {
            for (; changed != outline.newer.entries.end() && changed->path <= entry.path; ++changed)
                joined.add(outline.newer, *changed);
            while (gone != outline.older.entries.end() && gone->path < entry.path)
                ++gone;
            if (gone == outline.older.entries.end() || gone->path != entry.path)
                joined.add(older, entry);
        }
        for (; changed != outline.newer.entries.end(); ++changed)
            joined.add(outline.newer, *changed);
        newer = joined.take();
    } else {
        newer = outline.newer;
    }
    if (manifest::digest_of(to_text(newer)) == outline.to) return newer;
    return fail(ErrorCode::invalid_input, "what the changeset makes is not what it says");
}

}  // namespace dim::changeset
