#include "bladeexec/blade_root.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/mount_tree.hpp"

namespace dim::bladeexec {

namespace {

/// Not what is true for the server itself (imageserver/image/loop_mount.cpp): here programs run and
/// links lead, but nowhere out.
constexpr std::uint64_t kForPrograms = MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;
constexpr std::uint64_t kNoRights = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
/// A device can be used on a read-only mount, but its node, the server's, not be changed.
constexpr sys::MountAttributes kDeviceAttributes{
    .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, .clear = MOUNT_ATTR_NODEV};

std::string path_of(const sys::Fd& fd) { return "/proc/self/fd/" + std::to_string(fd.get()); }

/// The directory NAME of the blade's root; a link of the image is not followed.
Result<sys::Fd> mount_point(const sys::Fd& root, const std::string& name) {
    auto place = sys::open_beneath(root, name, O_PATH | O_DIRECTORY);
    if (place) return place;
    return fail(Error(ErrorCode::conflict,
                      "the image cannot carry /" + name + ": " + place.error().message())
                    .with_cure("the image must have a directory there, no link"));
}

Result<void> add_shared(const sys::Fd& root, const SharedDirectory& directory) {
    DIM_TRY(const sys::Fd shared, sys::clone_mount(directory.source));
    DIM_CHECK(sys::set_mount_attributes(
        shared, {.set = kNoRights | MOUNT_ATTR_RDONLY, .clear = kForPrograms}));
    DIM_TRY(const sys::Fd place, mount_point(root, directory.name));
    return sys::move_mount(shared, place);
}

Result<void> add_proc(const sys::Fd& root) {
    DIM_TRY(const sys::Fd place, mount_point(root, "proc"));
    // Without /proc/sys, /proc/sysrq-trigger and all else that is the whole server's.
    return sys::mount("proc", path_of(place), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
                      "subset=pid");
}

Result<void> add_device(const sys::Fd& dev, const std::string& name) {
    DIM_TRY(const sys::Fd device, sys::clone_mount("/dev/" + name));
    DIM_CHECK(sys::set_mount_attributes(device, kDeviceAttributes));
    DIM_TRY(const sys::Fd place, sys::openat(dev, name, O_WRONLY | O_CREAT | O_EXCL, 0644));
    return sys::move_mount(device, place);
}

Result<void> add_dev(const sys::Fd& root) {
    {
        DIM_TRY(const sys::Fd place, mount_point(root, "dev"));
        DIM_CHECK(sys::mount("dev", path_of(place), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                             "mode=0755,size=16m,nr_inodes=4096"));
    }
    DIM_TRY(const sys::Fd dev, mount_point(root, "dev"));
    for (const char* name : {"null", "zero", "full", "random", "urandom"})
        DIM_CHECK(add_device(dev, name));
    const std::string path = path_of(dev);
    DIM_CHECK(sys::mkdirat(dev, "shm"));
    DIM_CHECK(sys::chmod(path + "/shm", 01777));
    DIM_CHECK(sys::symlink("/proc/self/fd", path + "/fd"));
    DIM_CHECK(sys::symlink("/proc/self/fd/0", path + "/stdin"));
    DIM_CHECK(sys::symlink("/proc/self/fd/1", path + "/stdout"));
    return sys::symlink("/proc/self/fd/2", path + "/stderr");
}

}  // namespace

Result<void> enter_blade_root(const Invocation& invocation) {
    DIM_CHECK(sys::make_private("/"));
    DIM_TRY(const sys::Fd root, sys::clone_mount(invocation.root));
    DIM_CHECK(sys::set_mount_attributes(root, {.set = kNoRights, .clear = kForPrograms}));
    {
        DIM_TRY(const sys::Fd place, sys::open(invocation.root, O_PATH | O_DIRECTORY));
        DIM_CHECK(sys::move_mount(root, place));
    }
    for (const SharedDirectory& directory : invocation.shared)
        DIM_CHECK(add_shared(root, directory));
    DIM_CHECK(add_proc(root));
    DIM_CHECK(add_dev(root));
    return sys::enter_root(root);
}

}  // namespace dim::bladeexec
