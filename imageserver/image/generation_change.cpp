#include "imageserver/image/generation_change.hpp"

#include "imageserver/image/merged_files.hpp"
#include "imageserver/image/moved_files.hpp"
#include "libdim/changeset/read_paths.hpp"
#include "libdim/manifest/escaped_text.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/model/byte_size.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

namespace dim::server {

using manifest::Entry;
using manifest::TreeChange;

namespace {

/// What a new file takes besides its content, in bytes: at most a block and an inode.
constexpr std::uint64_t kFileOverhead = 8192;

/// So often a blade image is looked at while the blade changes what is to be replaced.
constexpr int kLooks = 5;
/// What is changed after it has another time of change.
constexpr std::chrono::milliseconds kUntilTimesDiffer{manifest::kClockResolutionUs / 1000};

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

namespace {

/// One look at the blade image, and what is to be done after it.
class Move {
public:
    /// All outlive this.
    Move(const sys::Fd& root, const GenerationChange& change, const BladeMove& move,
         bool is_resumed)
        : root_(root), change_(change), move_(move), is_resumed_(is_resumed) {}
    /// Errors: those of move_tree().
    Result<MovedBladeImage> run();
    /// One of the paths that the blade changed after they were looked at; none: there are none.
    std::optional<std::string> first_left() const {
        for (const auto* left : {&look_.seen.left(), &look_.seen.left_attributes()})
            if (!left->empty()) return *left->begin();
        return std::nullopt;
    }

private:
    Result<changeset::ThreeWay> decide_paths(MergedFiles& merged);
    Result<void> write(changeset::ThreeWay& decided, const sys::Fd& newer_files,
                       MergedFiles& merged);

    const sys::Fd& root_;
    const GenerationChange& change_;
    const BladeMove& move_;
    const bool is_resumed_;
    changeset::PathsRead look_;
};

Result<changeset::ThreeWay> Move::decide_paths(MergedFiles& merged) {
    DIM_TRY(look_, read_paths(root_, change_.outline, [&](const std::string& path) {
                return change_.older_contents.find(path);
            }));
    DIM_TRY(const auto foreign, names_that_would_go(root_, change_.outline));
    const changeset::ThreeWayRules rules{
        .kept_out = move_.kept_out,
        .merge = [&](const Entry& older, const Entry& newer, const Entry& blade)
            -> Result<std::optional<changeset::ThreeWayRules::Merged>> {
            if (!move_.merge.has(blade.path)) return std::nullopt;
            return merged.merge(older, newer, blade);
        },
        .overwrites = move_.on_conflict == model::ConflictPolicy::overwrite,
        .is_resumed = is_resumed_};
    return decide(change_.outline, look_.manifest, foreign, rules);
}

Result<void> Move::write(changeset::ThreeWay& decided, const sys::Fd& newer_files,
                         MergedFiles& merged) {
    const TreeChange needed = plan_change(look_.manifest, decided.want);
    if (needed.is_empty()) return {};
    DIM_CHECK(check_room_for(needed, root_));
    touch_directories(needed, decided);
    std::vector<sys::Fd> roots(1);
    DIM_TRY(roots.front(), sys::dup(newer_files));
    MovedFiles files(root_, {std::move(roots), manifest::TreeSource::Take::copies},
                     change_.newer_contents, merged);
    DIM_CHECK(carry_out(needed, root_, files, {}, &look_.seen));
    return sys::syncfs(root_);
}

Result<MovedBladeImage> Move::run() {
    DIM_TRY(const sys::Fd older_files, sys::open_directory(change_.older_files()));
    DIM_TRY(const sys::Fd newer_files, sys::open_directory(change_.newer_files()));
    MergedFiles merged(root_, older_files, newer_files);
    DIM_TRY(changeset::ThreeWay decided, decide_paths(merged));
    MovedBladeImage moved{.conflicts = std::move(decided.conflicts),
                          .kept_out = std::move(decided.kept_out),
                          .merged = std::move(decided.merged),
                          .settled = std::move(decided.settled),
                          .differences = manifest::compare(look_.manifest, decided.want)};
    if (!move_.is_dry_run) DIM_CHECK(write(decided, newer_files, merged));
    std::erase_if(moved.differences, [this](const manifest::Difference& difference) {
        return look_.seen.is_left(difference.path);
    });
    return moved;
}

/// What was moved BEFORE, and does not differ any more, counts too.
void add_earlier(const std::vector<manifest::Difference>& before, MovedBladeImage& moved) {
    std::vector<manifest::Difference> all;
    std::ranges::set_union(moved.differences, before, std::back_inserter(all), {},
                           &manifest::Difference::path, &manifest::Difference::path);
    moved.differences = std::move(all);
}

}  // namespace

Result<MovedBladeImage> move_tree(const sys::Fd& root, const GenerationChange& change,
                                  const BladeMove& move, bool is_resumed) {
    if (is_resumed && !move.is_dry_run)
        DIM_CHECK(manifest::remove_unfinished(root, change.outline.newer));
    std::vector<manifest::Difference> before;
    for (int look = 1;; ++look) {
        Move once(root, change, move, is_resumed);
        DIM_TRY(MovedBladeImage moved, once.run());
        add_earlier(before, moved);
        const auto left = once.first_left();
        if (!left) {
            count_differences(moved);
            return moved;
        }
        if (look == kLooks)
            return fail(
                Error(ErrorCode::conflict, manifest::escape(*left) + " changes all the time")
                    .with_cure("end what writes to it on the blade, or keep it out, and "
                               "try again"));
        before = std::move(moved.differences);
        // Nothing tells when the clock of a file system has ticked.
        sys::sleep_for(kUntilTimesDiffer);
    }
}

}  // namespace dim::server
