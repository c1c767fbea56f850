#include "imageserver/image/image_store.hpp"

#include "imageserver/image/blade_image_file.hpp"
#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_import.hpp"
#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "imageserver/image/shared_root.hpp"
#include "libdim/model/timestamp.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <sys/sysmacros.h>

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

struct ImageStore::State {
    State(std::string directory, Database& database)
        : paths(std::move(directory)), catalog(database) {}
    ImagePaths paths;
    ImageCatalog catalog;
    /// Held while something is mounted or unmounted, and while that is looked at to change it.
    std::mutex mounting;
};

namespace {

constexpr std::array<std::string_view, 7> kUnfit{"tmpfs", "ramfs", "overlay", "nfs",
                                                 "nfs4",  "9p",    "squashfs"};

Result<void> check_file_system(const std::string& directory) {
    DIM_TRY(const sys::FileStatus status, sys::stat(directory));
    DIM_TRY(const std::vector<sys::MountEntry> mounts, sys::mounts());
    for (const sys::MountEntry& entry : mounts) {
        if (makedev(entry.device_major, entry.device_minor) != status.device) continue;
        if (std::ranges::find(kUnfit, entry.type) == kUnfit.end()) return {};
        return fail(Error(ErrorCode::conflict, "the state directory " + directory + " is on " +
                                                   entry.type + ", which cannot hold images")
                        .with_cure("choose a directory on ext4, xfs or btrfs (--state)"));
    }
    return {};
}

/// Puts the mount points on a small file system of their own: where an image is not mounted after
/// all, an export of the place must not lead to the server's own disk.
Result<void> cover_mount_points(const std::string& directory) {
    DIM_CHECK(sys::ensure_directory(directory, 0700));
    const Result<sys::MountEntry> cover = sys::mount_at(directory);
    if (cover && cover->type == "tmpfs") return {};
    return sys::mount("dim-mounts", directory, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                      "mode=0700,size=1m,nr_inodes=200000");
}

Result<void> make_directories(const ImagePaths& paths) {
    DIM_CHECK(sys::ensure_directory(paths.state()));
    DIM_CHECK(check_file_system(paths.state()));
    DIM_CHECK(sys::ensure_directory(paths.images()));
    // Nobody else on the server has business in a blade's files.
    DIM_CHECK(sys::ensure_directory(paths.blades(), 0700));
    DIM_CHECK(sys::chmod(paths.blades(), 0700));
    DIM_CHECK(cover_mount_points(paths.mounts()));
    DIM_CHECK(sys::ensure_directory(paths.blade_mounts(), 0700));
    return sys::ensure_directory(paths.shared_mounts(), 0700);
}

Result<void> undo_unfinished(ImageCatalog& catalog, const ImagePaths& paths) {
    DIM_TRY(const std::vector<BladeImageRecord> blade_images, catalog.blade_images());
    for (const BladeImageRecord& record : blade_images) {
        if (record.state == BladeImageState::ready) continue;
        DIM_CHECK(discard_blade_image(record.blade, record.image, paths));
        DIM_CHECK(catalog.forget_blade_image(record.blade, record.image));
    }
    DIM_TRY(const auto generations, catalog.unfinished_generations());
    for (const ImageCatalog::GenerationKey& key : generations) {
        DIM_CHECK(discard_generation(key.first, key.second, paths));
        DIM_CHECK(catalog.forget_generation(key));
    }
    return {};
}

api::BladeImage describe(const BladeImageRecord& record, const ImagePaths& paths) {
    api::BladeImage description{.blade = record.blade,
                                .image = record.image,
                                .generation = record.generation,
                                .path = paths.blade_file(record.blade, record.image),
                                .size_bytes = record.size_bytes,
                                .used_bytes = 0,
                                .is_mounted = false,
                                .is_exported = record.is_exported,
                                .cause = {}};
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

}  // namespace

ImageStore::ImageStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
ImageStore::ImageStore(ImageStore&&) noexcept = default;
ImageStore::~ImageStore() = default;

Result<ImageStore> ImageStore::open(Settings settings, Database& database) {
    auto state = std::make_unique<State>(std::move(settings.state_directory), database);
    DIM_CHECK(make_directories(state->paths));
    DIM_CHECK(undo_unfinished(state->catalog, state->paths));
    return ImageStore(std::move(state));
}

Result<void> ImageStore::import_image(const api::ImportImage& request, const Progress& progress) {
    DIM_CHECK(check_import_request(request));
    DIM_TRY(const Generation first, Generation::from_number(1));
    DIM_TRY(const model::Timestamp now, model::Timestamp::from_microseconds(sys::realtime_us()));
    const ImagePaths& paths = state_->paths;
    ImageCatalog& catalog = state_->catalog;
    if (sys::stat(paths.generation(request.name, first)) && !catalog.image(request.name)) {
        return fail(Error(ErrorCode::already_exists, "there is a directory " +
                                                         paths.generation(request.name, first) +
                                                         " that the database does not know")
                        .with_cure("move it away"));
    }
    DIM_CHECK(catalog.begin_import({.name = request.name,
                                    .architecture = request.architecture,
                                    .generation = first,
                                    .shared = request.shared,
                                    .init = request.init,
                                    .blade_image_bytes = request.blade_image_bytes,
                                    .created = now,
                                    .zimage_bytes = {},
                                    .blade_images = 0}));
    Result<void> imported = import_tree(request, first, paths, progress);
    if (imported) {
        const std::scoped_lock lock(state_->mounting);
        imported = mount_shared_root(request.name, first, paths);
    }
    if (imported) imported = catalog.finish_import({request.name, first});
    if (!imported) {
        DIM_CHECK(discard_generation(request.name, first, paths));
        DIM_CHECK(catalog.forget_generation({request.name, first}));
    }
    return imported;
}

Result<void> ImageStore::create_blade_image(const ComponentName& blade, const ImageName& image,
                                            const Progress& progress) {
    const ImagePaths& paths = state_->paths;
    ImageCatalog& catalog = state_->catalog;
    DIM_TRY(const api::ImageSummary record, catalog.image(image));
    // Looked at before it is journalled: what is journalled may be deleted.
    if (!catalog.blade_image(blade, image)) DIM_CHECK(check_blade_file_free(blade, image, paths));
    progress("create the image " + image.text() + " of blade " + blade.text(), 0, 0);
    DIM_CHECK(catalog.begin_blade_image({.blade = blade,
                                         .image = image,
                                         .generation = record.generation,
                                         .state = BladeImageState::creating,
                                         .size_bytes = record.blade_image_bytes,
                                         .is_exported = false}));
    const auto create = [&]() -> Result<void> {
        DIM_CHECK(clone_golden_image(blade, image, record.generation, paths));
        const std::string mount_point = paths.blade_mount(blade, image);
        const std::scoped_lock lock(state_->mounting);
        DIM_CHECK(mount_file(paths.blade_file(blade, image), mount_point));
        DIM_CHECK(write_overrides(blade, mount_point));
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
    DIM_TRY(const BladeImageRecord record, state_->catalog.blade_image(blade, image));
    const std::scoped_lock lock(state_->mounting);
    // Unmounting first: when it is in use, nothing has been changed. One that is being exported
    // meanwhile is mounted again for its first boot plan.
    if (!record.is_exported) DIM_CHECK(unmount_below(state_->paths.blade_mount(blade, image)));
    DIM_CHECK(state_->catalog.begin_deletion(blade, image));
    DIM_CHECK(discard_blade_image(blade, image, state_->paths));
    return state_->catalog.forget_blade_image(blade, image);
}

Result<api::ImageSummary> ImageStore::image(const ImageName& name) const {
    return state_->catalog.image(name);
}

Result<std::vector<api::ImageSummary>> ImageStore::images() const {
    return state_->catalog.images();
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

Result<MountState> ImageStore::mount_state(const ComponentName& blade,
                                           const ImageName& image) const {
    DIM_CHECK(state_->catalog.blade_image(blade, image));
    return inspect_mount(state_->paths.blade_file(blade, image), mount_point(blade, image));
}

Result<void> ImageStore::ensure_ready(const ComponentName& blade, const ImageName& image) {
    const std::scoped_lock lock(state_->mounting);
    DIM_TRY(const MountState state, mount_state(blade, image));
    switch (state) {
        case MountState::mounted: return {};
        case MountState::stale: DIM_CHECK(unmount_below(mount_point(blade, image))); break;
        case MountState::absent: break;
    }
    return mount_file(state_->paths.blade_file(blade, image), mount_point(blade, image));
}

Result<void> ImageStore::ensure_shared_ready(const ImageName& image, Generation generation) {
    const std::scoped_lock lock(state_->mounting);
    return mount_shared_root(image, generation, state_->paths);
}

bool ImageStore::is_shared_mounted(const ImageName& image, Generation generation) const {
    return sys::mount_at(shared_mount_point(image, generation)).has_value();
}

Result<void> ImageStore::unmount(const ComponentName& blade, const ImageName& image) {
    const std::scoped_lock lock(state_->mounting);
    DIM_CHECK(state_->catalog.blade_image(blade, image));
    return unmount_below(mount_point(blade, image));
}

std::vector<Error> ImageStore::restore_mounts() {
    std::vector<Error> errors;
    if (auto generations = state_->catalog.finished_generations()) {
        const std::scoped_lock lock(state_->mounting);
        for (const auto& [name, generation] : *generations) {
            if (auto mounted = mount_shared_root(name, generation, state_->paths); !mounted)
                errors.push_back(std::move(mounted).error());
        }
    } else {
        errors.push_back(std::move(generations).error());
    }
    auto records = state_->catalog.blade_images();
    if (!records) {
        errors.push_back(std::move(records).error());
        return errors;
    }
    for (const BladeImageRecord& record : *records) {
        if (auto ready = ensure_ready(record.blade, record.image); !ready) {
            errors.push_back(std::move(ready).error().with_context(
                "image " + record.image.text() + " of blade " + record.blade.text()));
        }
    }
    return errors;
}

Result<void> ImageStore::set_exported(const ComponentName& blade, const ImageName& image,
                                      bool is_exported) {
    return state_->catalog.set_exported(blade, image, is_exported);
}

std::string ImageStore::mount_point(const ComponentName& blade, const ImageName& image) const {
    return state_->paths.blade_mount(blade, image);
}

std::string ImageStore::shared_mount_point(const ImageName& image, Generation generation) const {
    return state_->paths.shared_mount(image, generation);
}

std::string ImageStore::shared_directory(const ImageName& image, Generation generation) const {
    return state_->paths.shared(image, generation);
}

}  // namespace dim::server
