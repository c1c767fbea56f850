#include "imageserver/image/generation_change.hpp"

#include "imageserver/image/merged_files.hpp"
#include "imageserver/image/moved_files.hpp"
#include "libdim/changeset/read_paths.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/model/byte_size.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <filesystem>
#include <utility>

namespace dim::server {

using manifest::Entry;
using manifest::TreeChange;

namespace {

/// What a new file takes besides its content, in bytes: at most a block and an inode.
constexpr std::uint64_t kFileOverhead = 8192;

Result<void> check_room_for(const TreeChange& change, const sys::Fd& root) {
    std::uint64_t need = 0;
    for (const TreeChange::Put& put : change.puts)
        if (put.link_to.empty()) need += put.entry->size + kFileOverhead;
    DIM_TRY(const sys::SpaceInfo space, sys::fstatfs(root));
    if (need <= space.available_bytes) return {};
    return fail(Error(ErrorCode::limit_exceeded,
                      "the blade image has no room: " + to_string(model::ByteSize(need)) +
                          " are needed, " + to_string(model::ByteSize(space.available_bytes)) +
                          " are free")
                    .with_cure("delete something on the blade, or make its image larger: 'dim "
                               "blade resize'"));
}

/// The directories that keep a time of their own, and in which something changes.
void touch_directories(const TreeChange& change, changeset::ThreeWay& decided) {
    const sys::FileTime now = sys::current_file_time();
    for (const Entry* directory : change.directories) {
        if (!decided.own_times.contains(directory->path)) continue;
        // The change has pointers to the entries of what is wanted.
        Entry& entry =
            decided.want.entries[static_cast<std::size_t>(directory - decided.want.entries.data())];
        entry.modified = now;
    }
}

void count_differences(MovedBladeImage& moved) {
    for (const manifest::Difference& difference : moved.differences) {
        switch (difference.kind) {
            case manifest::DifferenceKind::created: ++moved.created; break;
            case manifest::DifferenceKind::removed: ++moved.removed; break;
            case manifest::DifferenceKind::content:
            case manifest::DifferenceKind::metadata: ++moved.changed; break;
        }
    }
}

}  // namespace

GenerationChange::~GenerationChange() {
    if (directory.empty()) return;
    const std::filesystem::path path(directory);
    // What stays is removed by the next change between the same generations.
    if (const auto parent = sys::open_directory(path.parent_path()))
        (void)sys::remove_tree(*parent, path.filename());
}

std::uint64_t GenerationChange::removed_paths() const {
    std::uint64_t removed = 0;
    for (const manifest::Difference& difference : differences_of(outline))
        if (difference.kind == manifest::DifferenceKind::removed) ++removed;
    return removed;
}

Result<MovedBladeImage> move_tree(const sys::Fd& root, const GenerationChange& change,
                                  const BladeMove& move, bool is_resumed) {
    if (is_resumed && !move.is_dry_run)
        DIM_CHECK(manifest::remove_unfinished(root, change.outline.newer));
    DIM_TRY(const manifest::Manifest have,
            read_paths(root, change.outline,
                       [&](const std::string& path) { return change.older_contents.find(path); }));
    DIM_TRY(const auto foreign, names_that_would_go(root, change.outline));
    DIM_TRY(const sys::Fd older_files, sys::open_directory(change.older_files()));
    DIM_TRY(const sys::Fd newer_files, sys::open_directory(change.newer_files()));
    MergedFiles merged(root, older_files, newer_files);
    const changeset::ThreeWayRules rules{
        .kept_out = move.kept_out,
        .merge = [&merged](const Entry& older, const Entry& newer,
                           const Entry& blade) { return merged.merge(older, newer, blade); },
        .overwrites = move.overwrites,
        .is_resumed = is_resumed};
    DIM_TRY(changeset::ThreeWay decided, decide(change.outline, have, foreign, rules));
    MovedBladeImage moved{.conflicts = std::move(decided.conflicts),
                          .kept_out = std::move(decided.kept_out),
                          .merged = std::move(decided.merged),
                          .differences = manifest::compare(have, decided.want)};
    count_differences(moved);
    if (move.is_dry_run) return moved;
    const TreeChange needed = plan_change(have, decided.want);
    if (needed.is_empty()) return moved;
    DIM_CHECK(check_room_for(needed, root));
    touch_directories(needed, decided);
    std::vector<sys::Fd> roots(1);
    DIM_TRY(roots.front(), sys::dup(newer_files));
    MovedFiles files(root, {std::move(roots), manifest::TreeSource::Take::copies},
                     change.newer_contents, merged);
    DIM_CHECK(carry_out(needed, root, files, {}));
    DIM_CHECK(sys::syncfs(root));
    return moved;
}

}  // namespace dim::server
