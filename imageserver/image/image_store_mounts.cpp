#include "imageserver/image/image_store_state.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "imageserver/image/shared_root.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

Result<MountState> ImageStore::mount_state(const ComponentName& blade,
                                           const ImageName& image) const {
    DIM_CHECK(state_->catalog.blade_image(blade, image));
    return inspect_mount(state_->paths.blade_file(blade, image), mount_point(blade, image));
}

Result<void> ImageStore::ensure_ready(const ComponentName& blade, const ImageName& image) {
    const std::scoped_lock lock(state_->mounting);
    DIM_CHECK(state_->check_in_use(blade, image));
    DIM_TRY(const MountState state, mount_state(blade, image));
    switch (state) {
        case MountState::mounted: return protect_mount(mount_point(blade, image));
        case MountState::stale: DIM_CHECK(unmount_below(mount_point(blade, image))); break;
        case MountState::absent: break;
    }
    return mount_file(state_->paths.blade_file(blade, image), mount_point(blade, image));
}

Result<void> ImageStore::ensure_shared_ready(const ImageName& image, Generation generation) {
    DIM_TRY(const api::ImageSummary summary, state_->catalog.image(image));
    const std::scoped_lock lock(state_->mounting);
    DIM_TRY([[maybe_unused]] const MountState before,
            mount_shared_file_system(image, state_->paths));
    if (generation < summary.generation && !sys::stat(state_->paths.shared(image, generation)))
        DIM_CHECK(TreeGenerations(ImagePart::shared, image, state_->paths)
                      .rebuild(generation, summary.generation));
    return mount_shared_root(image, generation, state_->paths);
}

Result<std::set<std::pair<ImageName, Generation>>> ImageStore::shown_generations() const {
    return state_->shown_generations();
}

bool ImageStore::is_shared_mounted(const ImageName& image, Generation generation) const {
    return is_mount_point(shared_mount_point(image, generation));
}

Result<void> ImageStore::unmount(const ComponentName& blade, const ImageName& image) {
    const std::scoped_lock lock(state_->mounting);
    DIM_CHECK(state_->catalog.blade_image(blade, image));
    return unmount_below(mount_point(blade, image));
}

std::vector<Error> ImageStore::restore_mounts() {
    std::vector<Error> errors;
    if (auto generations = state_->shown_generations()) {
        for (const auto& [name, generation] : *generations) {
            if (auto mounted = ensure_shared_ready(name, generation); !mounted)
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
        if (record.state != BladeImageState::ready) continue;
        auto ready = ensure_ready(record.blade, record.image);
        if (ready) ready = settle_size(record);
        if (!ready) {
            errors.push_back(std::move(ready).error().with_context(
                "image " + record.image.text() + " of blade " + record.blade.text()));
        }
    }
    return errors;
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
