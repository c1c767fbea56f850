#include "imageserver/image/blade_image_file.hpp"
#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/image_file.hpp"
#include "imageserver/image/image_store_state.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

namespace {

api::BladeImage describe(const BladeImageRecord& record, const ImagePaths& paths) {
    api::BladeImage description{.blade = record.blade,
                                .image = record.image,
                                .generation = record.generation,
                                .path = paths.blade_file(record.blade, record.image),
                                .size_bytes = record.size_bytes,
                                .used_bytes = 0,
                                .is_mounted = false,
                                .is_exported = record.is_exported,
                                .cause = {},
                                .is_pinned = record.is_pinned};
    if (const auto status = sys::stat(description.path)) description.used_bytes = status->allocated;
    const std::string mount_point = paths.blade_mount(record.blade, record.image);
    const Result<MountState> state = inspect_mount(description.path, mount_point);
    if (!state) {
        description.cause = to_string(state.error());
    } else if (*state == MountState::stale) {
        description.cause = "something else is mounted at " + mount_point;
    } else if (*state == MountState::absent) {
        description.cause = "not mounted";
    }
    description.is_mounted = state && *state == MountState::mounted;
    return description;
}

/// Says that a blade image is being made, as long as it lives.
class CreatingMark {
public:
    using Key = std::pair<ComponentName, ImageName>;
    CreatingMark(std::mutex& mutex, std::set<Key>& creating, Key key)
        : mutex_(mutex), creating_(creating), key_(std::move(key)) {
        const std::scoped_lock lock(mutex_);
        is_first_ = creating_.insert(key_).second;
    }
    ~CreatingMark() {
        if (!is_first_) return;
        const std::scoped_lock lock(mutex_);
        creating_.erase(key_);
    }
    CreatingMark(const CreatingMark&) = delete;
    CreatingMark& operator=(const CreatingMark&) = delete;

    bool is_first() const { return is_first_; }

private:
    std::mutex& mutex_;
    std::set<Key>& creating_;
    Key key_;
    bool is_first_ = false;
};

}  // namespace

/// Before its file is made: an image that will not fit is refused at once.
Result<void> ImageStore::check_room(std::uint64_t size_bytes) const {
    DIM_TRY(const DiskSpace space, disk_space());
    const std::string directory = state_->paths.blades();
    if (state_->provisioning.is_reserved()) return check_fits(directory, space, size_bytes);
    return check_commitment(directory, space, state_->provisioning);
}

Result<void> ImageStore::reserve_file(const std::string& file) {
    if (!state_->provisioning.is_reserved()) return {};
    const std::scoped_lock lock(state_->reserving);
    return reserve(file);
}

/// The file system mounted at MOUNT_POINT is a clone of the NEWEST generation, and is to be of the
/// one that IMAGE tells.
Result<void> ImageStore::set_back_blade_image(const api::ImageSummary& image, Generation newest,
                                              const std::string& mount_point) {
    {
        DIM_TRY(const sys::Fd root, sys::open_directory(mount_point));
        DIM_CHECK(TreeGenerations(ImagePart::golden, image.name, state_->paths)
                      .set_back(root, image.generation, newest));
    }
    return ensure_shared_ready(image.name, image.generation);
}

Result<void> ImageStore::create_blade_image(const ComponentName& blade, const ImageName& image,
                                            const Progress& progress) {
    const ImagePaths& paths = state_->paths;
    ImageCatalog& catalog = state_->catalog;
    DIM_CHECK(state_->undo_unfinished_of(image));
    const CreatingMark mark(state_->mounting, state_->creating, {blade, image});
    if (!mark.is_first()) {
        return fail(ErrorCode::already_exists, "image " + image.text() + " of blade " +
                                                   blade.text() + " is being made already");
    }
    DIM_TRY(api::ImageSummary record, catalog.image(image));
    const Generation newest = record.generation;
    // Looked at before it is journalled: what is journalled may be deleted.
    if (!catalog.blade_image(blade, image)) DIM_CHECK(check_blade_file_free(blade, image, paths));
    progress("create the image " + image.text() + " of blade " + blade.text(), 0, 0);
    DIM_TRY(const Generation generation,
            catalog.begin_blade_image({.blade = blade,
                                       .image = image,
                                       .generation = newest,
                                       .state = BladeImageState::creating,
                                       .size_bytes = record.blade_image_bytes,
                                       .is_exported = false}));
    const auto create = [&]() -> Result<void> {
        DIM_CHECK(check_room(record.blade_image_bytes));
        DIM_CHECK(TreeGenerations(ImagePart::golden, image, paths).close_file_system());
        DIM_CHECK(clone_golden_image(blade, image, paths));
        DIM_CHECK(reserve_file(paths.blade_file(blade, image)));
        const std::string mount_point = paths.blade_mount(blade, image);
        {
            const std::scoped_lock lock(state_->mounting);
            DIM_CHECK(mount_file(paths.blade_file(blade, image), mount_point));
        }
        if (generation != newest) {
            DIM_TRY(record, catalog.image(image, generation));
            progress("make it of generation " + to_string(record.generation), 0, 0);
            DIM_CHECK(set_back_blade_image(record, newest, mount_point));
        }
        // May take seconds: nobody waits for it who mounts something else.
        DIM_CHECK(state_->overrides != nullptr
                      ? state_->overrides->write(blade, record, mount_point)
                      : write_overrides(blade, mount_point));
        return catalog.finish_blade_image(blade, image);
    };
    Result<void> created = create();
    if (created) return {};
    DIM_CHECK(discard_blade_image(blade, image, paths));
    DIM_CHECK(catalog.forget_blade_image(blade, image));
    return fail(std::move(created).error().with_context("create image " + image.text() +
                                                        " of blade " + blade.text()));
}

Result<void> ImageStore::delete_blade_image(const ComponentName& blade, const ImageName& image) {
    DIM_CHECK(state_->undo_unfinished_of(image));
    DIM_TRY(const BladeImageRecord record, state_->catalog.blade_image(blade, image));
    DIM_CHECK(state_->trash.check_place());
    const std::scoped_lock lock(state_->mounting);
    // Unmounting first: when it is in use, nothing has been changed. One that is being exported
    // meanwhile is mounted again for its first boot plan.
    if (!record.is_exported) DIM_CHECK(unmount_below(state_->paths.blade_mount(blade, image)));
    DIM_CHECK(state_->catalog.begin_deletion(blade, image));
    return state_->finish_deletion(record, "deleted by an administrator");
}

Result<void> ImageStore::restore_blade_image(const ComponentName& blade, const ImageName& image) {
    DIM_CHECK(state_->undo_unfinished_of(image));
    if (state_->catalog.blade_image(blade, image)) {
        return fail(Error(ErrorCode::already_exists,
                          "blade " + blade.text() + " has an image " + image.text() + " by now")
                        .with_cure("keep it, or delete it first: dim blade delete " + blade.text() +
                                   " " + image.text()));
    }
    DIM_CHECK(check_blade_file_free(blade, image, state_->paths));
    return state_->trash.restore(blade, image, [&](const BladeImageRecord& record) -> Result<void> {
        DIM_TRY(const auto generations, state_->catalog.finished_generations());
        DIM_TRY(const auto pinned, state_->catalog.pins().generation_of(blade, image));
        if (pinned && *pinned != record.generation) {
            return fail(
                Error(ErrorCode::conflict, "blade " + blade.text() + " is pinned to generation " +
                                               to_string(*pinned) + " of " + image.text() +
                                               ", and what is in the trash is of generation " +
                                               to_string(record.generation))
                    .with_cure("'dim image unpin " + blade.text() + " " + image.text() +
                               "' first"));
        }
        if (std::ranges::find(generations, std::pair(image, record.generation)) ==
            generations.end()) {
            return fail(Error(ErrorCode::conflict, "generation " + to_string(record.generation) +
                                                       " of image " + image.text() + " is gone")
                            .with_cure("its file is in the trash: 'dim blade list --trash'"));
        }
        DIM_TRY(DiskSpace space, disk_space());
        space.committed += record.size_bytes;
        DIM_CHECK(check_commitment(state_->paths.blades(), space, state_->provisioning));
        const std::string mount_point = state_->paths.blade_mount(blade, image);
        const std::scoped_lock lock(state_->mounting);
        Result<void> adopted = mount_file(state_->paths.blade_file(blade, image), mount_point);
        if (adopted) adopted = state_->catalog.adopt_blade_image(record);
        if (!adopted) DIM_CHECK(unmount_below(mount_point));
        return adopted;
    });
}

Result<std::uint64_t> ImageStore::purge_blade_images(const ComponentName& blade,
                                                     const ImageName& image) {
    return state_->trash.purge(blade, image);
}

Result<api::TrashList> ImageStore::trash() const { return state_->trash.list(); }

Result<std::uint64_t> ImageStore::collect_trash(std::int64_t uptime_us) {
    return state_->trash.collect(uptime_us);
}

Result<void> ImageStore::adopt_blade_image(const ComponentName& blade, const ImageName& image) {
    const std::string file = state_->paths.blade_file(blade, image);
    const std::string mount_point = state_->paths.blade_mount(blade, image);
    DIM_TRY(const api::ImageSummary summary, state_->catalog.image(image));
    if (state_->catalog.blade_image(blade, image))
        return fail(ErrorCode::already_exists, file + " is known already");
    DIM_TRY(const std::uint64_t size, check_whole_file(file));
    DIM_TRY(const auto pinned, state_->catalog.pins().generation_of(blade, image));
    const std::scoped_lock lock(state_->mounting);
    DIM_CHECK(mount_file(file, mount_point));
    Result<void> adopted =
        state_->catalog.adopt_blade_image({.blade = blade,
                                           .image = image,
                                           .generation = pinned.value_or(summary.generation),
                                           .state = BladeImageState::ready,
                                           .size_bytes = size,
                                           .is_exported = false});
    // Whoever was faster has it mounted there.
    if (!adopted && adopted.error().code() != ErrorCode::already_exists)
        DIM_CHECK(unmount_below(mount_point));
    return adopted;
}

Result<api::BladeImage> ImageStore::blade_image(const ComponentName& blade,
                                                const ImageName& image) const {
    DIM_TRY(const BladeImageRecord record, state_->catalog.blade_image(blade, image));
    return describe(record, state_->paths);
}

Result<std::vector<api::BladeImage>> ImageStore::blade_images() const {
    DIM_TRY(const std::vector<BladeImageRecord> records, state_->catalog.blade_images());
    std::vector<api::BladeImage> descriptions;
    for (const BladeImageRecord& record : records) {
        if (record.state == BladeImageState::ready)
            descriptions.push_back(describe(record, state_->paths));
    }
    return descriptions;
}

Result<Images::BladeGenerations> ImageStore::blade_generations() const {
    DIM_TRY(const std::vector<BladeImageRecord> records, state_->catalog.blade_images());
    BladeGenerations generations;
    for (const BladeImageRecord& record : records)
        if (record.state == BladeImageState::ready)
            generations.insert_or_assign({record.blade, record.image}, record.generation);
    return generations;
}

Result<DiskSpace> ImageStore::disk_space() const {
    DIM_TRY(const std::vector<BladeImageRecord> records, state_->catalog.blade_images());
    DIM_TRY(const sys::SpaceInfo info, sys::statfs(state_->paths.blades()));
    DiskSpace space{
        .total = info.total_bytes, .free = info.available_bytes, .committed = 0, .allocated = 0};
    for (const BladeImageRecord& record : records) {
        if (record.state != BladeImageState::deleting) space.committed += record.size_bytes;
        const auto file = sys::stat(state_->paths.blade_file(record.blade, record.image));
        if (file) space.allocated += file->allocated;
    }
    // What is in the trash cannot grow, and is not free either.
    DIM_TRY(const std::uint64_t trashed, state_->trash.allocated());
    space.allocated += trashed;
    space.committed += trashed;
    return space;
}

std::vector<Error> ImageStore::reserve_blade_images() {
    auto records = state_->catalog.blade_images();
    if (!records) return {std::move(records).error()};
    std::vector<Error> errors;
    for (const BladeImageRecord& record : *records) {
        if (record.state != BladeImageState::ready) continue;
        auto reserved = reserve_file(state_->paths.blade_file(record.blade, record.image));
        // One that is missing is told where it is mounted.
        if (!reserved && reserved.error().code() != ErrorCode::not_found) {
            errors.push_back(std::move(reserved).error().with_context(
                "image " + record.image.text() + " of blade " + record.blade.text()));
        }
    }
    return errors;
}

Result<void> ImageStore::set_exported(const ComponentName& blade, const ImageName& image,
                                      bool is_exported) {
    const std::scoped_lock lock(state_->mounting);
    if (is_exported) DIM_CHECK(state_->check_in_use(blade, image));
    return state_->catalog.set_exported(blade, image, is_exported);
}

}  // namespace dim::server
