#include "imageserver/image/state_directories.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <sys/sysmacros.h>
#include <vector>

namespace dim::server {

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

}  // namespace

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

}  // namespace dim::server
