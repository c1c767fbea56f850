#include "imageserver/image/image_store_state.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <filesystem>

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

namespace {

/// All but directories.
std::vector<std::string> files_of(const manifest::Manifest& manifest) {
    std::vector<std::string> files;
    for (const manifest::Entry& entry : manifest.entries)
        if (entry.type != manifest::EntryType::directory) files.push_back(entry.path);
    return files;
}

Result<void> make_empty_directory(const std::string& path) {
    const std::filesystem::path split(path);
    DIM_TRY(const sys::Fd parent, sys::open_directory(split.parent_path()));
    DIM_CHECK(sys::remove_tree(parent, split.filename()));
    return sys::mkdirat(parent, split.filename().string(), 0700);
}

/// By a policy that keeps what the blade has nothing is to be decided any more.
Result<void> settle_conflicts(const OpenConflicts::Move& move, const MovedBladeImage& moved,
                              model::ConflictPolicy policy, OpenConflicts conflicts) {
    if (policy != model::ConflictPolicy::keep)
        return conflicts.settle(
            move,
            {.conflicts = moved.conflicts, .kept_out = moved.kept_out, .settled = moved.settled});
    std::vector<std::string> settled = moved.settled;
    for (const changeset::KeptPath& kept : moved.conflicts)
        settled.push_back(kept.path);
    return conflicts.settle(move,
                            {.conflicts = {}, .kept_out = moved.kept_out, .settled = settled});
}

}  // namespace

void ImageStore::discard_changes(const ImageName& image) {
    const auto directory = sys::open_directory(state_->paths.image(image));
    const auto names = directory ? sys::list_names(*directory) : fail(directory.error());
    if (!names) return;
    for (const std::string& name : *names)
        if (name.starts_with(ImagePaths::kChange)) (void)sys::remove_tree(*directory, name);
}

Result<std::shared_ptr<const GenerationChange>>
ImageStore::find_change(const ImageName& image, Generation from, Generation to) {
    DIM_CHECK(state_->undo_unfinished_of(image));
    DIM_TRY(const api::ImageSummary newest, state_->catalog.image(image));
    for (const Generation generation : {from, to})
        DIM_CHECK(state_->catalog.image(image, generation));
    const TreeGenerations golden(ImagePart::golden, image, state_->paths);
    DIM_TRY(const manifest::Manifest older, golden.manifest_of(from, newest.generation));
    DIM_TRY(const manifest::Manifest newer, golden.manifest_of(to, newest.generation));
    auto change = std::make_shared<GenerationChange>(image, from, to);
    change->outline = changeset::outline_of(older, to_string(from), newer, to_string(to));
    change->paths = older.entries.size();
    const std::string directory = state_->paths.change(image, from, to);
    DIM_CHECK(make_empty_directory(directory));
    change->directory = directory;
    const auto extract = [&](const manifest::Manifest& tree, Generation generation,
                             const std::string& place) -> Result<SmallFiles> {
        DIM_CHECK(sys::mkdir(place, 0700));
        DIM_TRY(const sys::Fd root, sys::open_directory(place));
        DIM_CHECK(golden.extract(files_of(tree), generation, newest.generation, root));
        return SmallFiles(root, tree);
    };
    DIM_TRY(change->older_contents, extract(change->outline.older, from, change->older_files()));
    DIM_TRY(change->newer_contents, extract(change->outline.newer, to, change->newer_files()));
    return change;
}

Result<MovedBladeImage> ImageStore::move_blade_image(const BladeMove& move,
                                                     const GenerationChange& change) {
    const ImageName& image = change.image;
    DIM_TRY(const BladeImageRecord record, state_->catalog.blade_image(move.blade, image));
    DIM_TRY(const auto unfinished, unfinished_move(move.blade, image));
    if (record.generation != change.from || (unfinished && *unfinished != change.to)) {
        const Generation other = unfinished.value_or(record.generation);
        return fail(Error(ErrorCode::conflict, "the image " + image.text() + " of " +
                                                   move.blade.text() + " is " +
                                                   (unfinished ? "on its way to" : "of") +
                                                   " generation " + to_string(other) + " by now")
                        .with_cure("the same command once more"));
    }
    DIM_CHECK(ensure_ready(move.blade, image));
    DIM_CHECK(ensure_shared_ready(image, change.to));
    DIM_TRY(const sys::Fd root, sys::open_directory(mount_point(move.blade, image)));
    if (move.is_dry_run) return move_tree(root, change, move, unfinished.has_value());
    DIM_CHECK(state_->catalog.uses().begin_move(move.blade, image, change.to));
    DIM_TRY(MovedBladeImage moved, move_tree(root, change, move, unfinished.has_value()));
    DIM_TRY(const auto now, model::Timestamp::from_microseconds(sys::realtime_us()));
    DIM_CHECK(settle_conflicts(
        {.blade = move.blade, .image = image, .older = change.from, .newer = change.to, .now = now},
        moved, move.on_conflict, state_->catalog.conflicts()));
    DIM_CHECK(state_->catalog.uses().finish_move(move.blade, image, change.to, move.is_held));
    return moved;
}

Result<std::optional<Generation>> ImageStore::unfinished_move(const ComponentName& blade,
                                                              const ImageName& image) const {
    return state_->catalog.uses().unfinished_move(blade, image);
}

Result<void> ImageStore::release_generations(const ComponentName& blade) {
    return state_->catalog.uses().release(blade);
}

}  // namespace dim::server
