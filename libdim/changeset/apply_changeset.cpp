#include "libdim/changeset/apply_changeset.hpp"

#include "libdim/changeset/read_paths.hpp"
#include "libdim/changeset/staging.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/manifest/read_entry.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"

#include <algorithm>

namespace dim::changeset {

using manifest::Difference;
using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;

namespace {

constexpr std::size_t kNamed = 3;

/// What counts of how WANTED and FOUND differ: not when a directory was changed.
std::vector<Difference> differences(const Manifest& wanted, const Manifest& found) {
    std::vector<Difference> all = manifest::compare(wanted, found);
    std::erase_if(all, [&](const Difference& difference) {
        if (difference.aspects != std::vector<std::string>{"modified"}) return false;
        const auto entry =
            std::ranges::lower_bound(found.entries, difference.path, {}, &Entry::path);
        return entry != found.entries.end() && entry->type == EntryType::directory;
    });
    return all;
}

/// Making and removing the staging directory has changed it.
Result<void> set_root(const sys::Fd& root, const Entry& entry) {
    return sys::replace_attributes(root, {.mode = entry.mode,
                                          .owner = entry.owner,
                                          .group = entry.group,
                                          .modified = entry.modified,
                                          .extended = entry.attributes});
}

Result<void> carry_out(const Outline& outline, const sys::Fd& root, Staging& staging,
                       const Progress& progress) {
    DIM_TRY(const auto have, read_paths(root, outline));
    const manifest::TreeChange change = manifest::plan_change(have.manifest, outline.newer);
    DIM_CHECK(manifest::carry_out(change, root, staging, [&](std::uint64_t puts) {
        progress("apply", puts, change.puts.size());
    }));
    DIM_CHECK(sys::syncfs(root));
    DIM_CHECK(staging.remove());
    return set_root(root, outline.newer.entries.front());
}

}  // namespace

Result<Look> look(const Outline& outline, const sys::Fd& root) {
    Look look;
    if (Staging::is_ready(root, outline)) {
        look.standing = Standing::unfinished;
    } else {
        DIM_TRY(const auto read, read_paths(root, outline));
        const Manifest& have = read.manifest;
        if (differences(outline.newer, have).empty())
            return Look{.standing = Standing::after, .differences = {}};
        look = {.standing = Standing::before, .differences = differences(outline.older, have)};
    }
    DIM_TRY(const auto names, names_that_would_go(root, outline));
    for (const std::string& name : names)
        look.differences.push_back({name, manifest::DifferenceKind::created, {}});
    if (!look.differences.empty()) look.standing = Standing::other;
    return look;
}

Error stands_otherwise(const Look& look) {
    std::string text = "the tree is neither what the changeset was made from nor what it makes: ";
    for (std::size_t i = 0; i < std::min(kNamed, look.differences.size()); ++i)
        text += (i == 0 ? "" : ", ") + to_string(look.differences[i]);
    if (look.differences.size() > kNamed)
        text += " and " + std::to_string(look.differences.size() - kNamed) + " more";
    return Error(ErrorCode::conflict, std::move(text))
        .with_cure("see 'dim changeset verify'; make a changeset from the tree as it is");
}

Result<Standing> apply(const sys::Fd& file, const sys::Fd& root, const Progress& progress) {
    DIM_TRY(const CheckedChangeset checked, check_changeset(file));
    const Outline& outline = checked.outline;
    DIM_TRY(const Look found, look(outline, root));
    switch (found.standing) {
        case Standing::after: return found.standing;
        case Standing::other: return fail(stands_otherwise(found));
        case Standing::before:
        case Standing::unfinished: break;
    }
    DIM_TRY(const manifest::ReadEntry before, manifest::read_root(root));
    DIM_TRY(Staging staging, Staging::open(root, outline));
    if (found.standing == Standing::before) {
        Result<void> filled = staging.fill(file, progress);
        if (!filled) {
            DIM_CHECK(staging.remove());
            DIM_CHECK(set_root(root, before.entry));
            return fail(std::move(filled).error());
        }
    }
    DIM_CHECK(carry_out(outline, root, staging, progress));
    DIM_CHECK(sys::syncfs(root));
    return found.standing;
}

}  // namespace dim::changeset
