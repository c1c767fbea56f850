#include "imageserver/image/shared_root.hpp"

#include "imageserver/image/loop_mount.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"

namespace dim::server {

namespace {

bool is_shown(const std::string& writable, const std::string& shown) {
    const Result<sys::FileStatus> source = sys::stat(writable);
    const Result<sys::FileStatus> target = sys::stat(shown);
    return source && target && source->device == target->device && source->inode == target->inode;
}

}  // namespace

Result<MountState> mount_shared_file_system(const model::ImageName& image,
                                            const ImagePaths& paths) {
    const std::string file = paths.shared_file(image);
    const std::string writable = paths.shared_file_system(image);
    DIM_TRY(const MountState state, inspect_mount(file, writable));
    switch (state) {
        case MountState::mounted: DIM_CHECK(protect_mount(writable)); return state;
        case MountState::stale:
            DIM_CHECK(unmount_below(paths.shared_mounts() + "/" + image.text()));
            DIM_CHECK(unmount_below(writable));
            break;
        case MountState::absent: break;
    }
    DIM_CHECK(mount_file(file, writable));
    return state;
}

Result<void> mount_shared_root(const model::ImageName& image, model::Generation generation,
                               const ImagePaths& paths) {
    const std::string writable = paths.shared(image, generation);
    const std::string shown = paths.shared_mount(image, generation);
    DIM_TRY(const MountState state, mount_shared_file_system(image, paths));
    if (state == MountState::mounted && is_shown(writable, shown)) return protect_mount(shown);
    DIM_CHECK(unmount_below(shown));
    DIM_CHECK(sys::ensure_directory(shown, 0700));
    return sys::bind_mount(writable, shown, sys::Access::read_only);
}

}  // namespace dim::server
