#include "imageserver/image/image_store_state.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "imageserver/image/unknown_files.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

namespace {

/// Whatever is in the way of an image of that name, known or not.
Result<void> check_name_free(const ImageName& name, const ImagePaths& paths) {
    const auto taken = [&](const std::string& what) {
        return fail(Error(ErrorCode::already_exists, "there is " + what + " already")
                        .with_cure("choose another name, or move it away"));
    };
    for (const std::string& path :
         {paths.image(name), paths.unfinished(name), paths.captured(name)})
        if (sys::stat(path)) return taken(path);
    for (const ComponentName& blade : blades_with_files(paths))
        if (const std::string file = paths.blade_file(blade, name); sys::stat(file))
            return taken(file);
    return {};
}

/// Success when it was moved before.
Result<void> move_once(const std::string& from, const std::string& to) {
    if (!sys::stat(from)) return {};
    if (sys::stat(to)) {
        return fail(Error(ErrorCode::conflict, from + " is to be called " + to + ", which is there")
                        .with_cure("move that away; it goes on with the next command"));
    }
    return sys::rename(from, to);
}

/// DIRECTORY and the empty directories in it; one that stays is in nobody's way.
void remove_mount_points(const std::string& directory) {
    if (const auto names = sys::list_names(directory))
        for (const std::string& name : *names)
            (void)sys::rmdir(directory + "/" + name);
    (void)sys::rmdir(directory);
}

}  // namespace

Result<void> ImageStore::State::unmount_renamed(const ImageName& name) {
    DIM_TRY(const auto records, catalog.blade_images());
    for (const BladeImageRecord& record : records)
        if (record.image == name) DIM_CHECK(unmount_below(paths.blade_mount(record.blade, name)));
    // The NFS server has it open until it is told to offer it by the other name.
    return detach_below(paths.shared_mounts() + "/" + name.text());
}

Result<void> ImageStore::State::carry_out(const ImageRenames::Rename& rename) {
    const auto& [name, new_name] = rename;
    DIM_CHECK(unmount_renamed(name));
    DIM_TRY(const auto records, catalog.blade_images());
    for (const BladeImageRecord& record : records) {
        if (record.image != name) continue;
        DIM_CHECK(move_once(paths.blade_file(record.blade, name),
                            paths.blade_file(record.blade, new_name)));
        if (const auto directory = paths.blade_directory(record.blade); sys::stat(directory))
            DIM_CHECK(sys::fsync(directory));
        (void)sys::rmdir(paths.blade_mount(record.blade, name));
    }
    // What is mounted in it stays mounted.
    DIM_CHECK(move_once(paths.image(name), paths.image(new_name)));
    DIM_CHECK(sys::fsync(paths.images()));
    DIM_CHECK(trash.rename(name, new_name));
    remove_mount_points(paths.shared_mounts() + "/" + name.text());
    return catalog.renames().finish(rename, tables_with_images);
}

Result<void> ImageStore::State::finish_renames(const std::optional<ImageName>& of) {
    const std::scoped_lock working(renaming);
    DIM_TRY(const auto unfinished, catalog.renames().unfinished());
    Result<void> last;
    for (const ImageRenames::Rename& rename : unfinished) {
        if (of && rename.name != *of && rename.new_name != *of) continue;
        const std::scoped_lock lock(mounting);
        if (auto done = carry_out(rename); !done) {
            last = fail(std::move(done).error().with_context(
                "go on to rename image " + rename.name.text() + " to " + rename.new_name.text()));
        }
    }
    return last;
}

Result<void> ImageStore::mount_image(const ImageName& name) {
    DIM_TRY(const auto shown, state_->shown_generations());
    for (const auto& [image, generation] : shown)
        if (image == name) DIM_CHECK(ensure_shared_ready(image, generation));
    DIM_TRY(const auto records, state_->catalog.blade_images());
    for (const BladeImageRecord& record : records)
        if (record.image == name && record.state == BladeImageState::ready)
            DIM_CHECK(ensure_ready(record.blade, record.image));
    return {};
}

Result<void> ImageStore::rename_image(const ImageName& name, const ImageName& new_name) {
    if (name == new_name) return fail(ErrorCode::invalid_input, "that is its name: " + name.text());
    DIM_CHECK(state_->undo_unfinished_of(name));
    // Whoever imports an image of that name is not disturbed.
    DIM_CHECK(state_->finish_renames(new_name));
    const ImageRenames::Rename rename{.name = name, .new_name = new_name};
    const auto carry_out = [&]() -> Result<void> {
        // Nobody mounts it by its old name meanwhile.
        const std::scoped_lock lock(state_->mounting);
        DIM_CHECK(state_->catalog.image(name));
        DIM_CHECK(state_->trash.check_none_of(new_name));
        ImageRenames renames = state_->catalog.renames();
        DIM_CHECK(renames.begin(rename));
        Result<void> begun = check_name_free(new_name, state_->paths);
        if (begun) begun = state_->unmount_renamed(name);
        if (begun) return state_->carry_out(rename);
        DIM_CHECK(renames.forget(rename));
        return begun;
    };
    state_->generations.forget(name);
    const std::scoped_lock working(state_->renaming);
    if (auto done = carry_out(); !done) {
        // As it was before, as far as that can be.
        if (state_->catalog.image(name)) (void)mount_image(name);
        return done;
    }
    auto mounted = mount_image(new_name);
    if (mounted) return {};
    return fail(std::move(mounted).error().with_context("the image has its new name, but"));
}

}  // namespace dim::server
