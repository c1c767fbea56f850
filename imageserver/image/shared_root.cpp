#include "imageserver/image/shared_root.hpp"

#include "imageserver/image/loop_mount.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>
#include <ranges>

namespace dim::server {

namespace {

bool is_shown(const std::vector<sys::MountEntry>& mounts, const std::string& writable,
              const std::string& shown) {
    auto from_newest = mounts | std::views::reverse;
    const auto source = std::ranges::find(from_newest, writable, &sys::MountEntry::target);
    const auto target = std::ranges::find(from_newest, shown, &sys::MountEntry::target);
    return source != from_newest.end() && target != from_newest.end() &&
           source->device_major == target->device_major &&
           source->device_minor == target->device_minor;
}

}  // namespace

Result<void> mount_shared_root(const model::ImageName& image, model::Generation generation,
                               const ImagePaths& paths) {
    const std::string file = paths.shared_file(image, generation);
    const std::string writable = paths.shared(image, generation);
    const std::string shown = paths.shared_mount(image, generation);
    DIM_TRY(const std::vector<sys::MountEntry> mounts, sys::mounts());
    DIM_TRY(const MountState state, inspect_mount(file, writable, mounts));
    const bool is_whole = state == MountState::mounted && is_shown(mounts, writable, shown);
    if (is_whole) return {};
    DIM_CHECK(unmount_below(shown));
    if (state == MountState::stale) DIM_CHECK(unmount_below(writable));
    if (state != MountState::mounted) DIM_CHECK(mount_file(file, writable));
    DIM_CHECK(sys::ensure_directory(shown, 0700));
    return sys::bind_mount(writable, shown, sys::Access::read_only);
}

}  // namespace dim::server
