#include "imageserver/image/loop_mount.hpp"

#include "imageserver/image/image_file.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_lock.hpp"
#include "libdim/sys/loop.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <system_error>

namespace dim::server {

namespace {

/// Nothing in the file system means anything to the server: it is a blade's, or looks like one.
constexpr unsigned long kProtection = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW;

std::string options_of(model::FileSystem type) {
    return type == model::FileSystem::ext4 ? "errors=remount-ro" : "";
}

Result<sys::Fd> open_image_file(const std::string& file, int access) {
    Result<sys::Fd> fd = sys::open(file, access | O_NOFOLLOW);
    if (!fd && fd.error().code() == ErrorCode::not_found) {
        return fail(Error(ErrorCode::not_found, "the file " + file + " is missing")
                        .with_cure("put it back; or delete the image and create it anew"));
    }
    if (!fd) return fd;
    DIM_TRY(const sys::FileStatus status, sys::fstat(*fd));
    if (!S_ISREG(status.mode)) return fail(ErrorCode::conflict, file + " is no regular file");
    return fd;
}

bool is_backed_by(const sys::LoopBacking& backing, const sys::FileStatus& file) {
    return backing.file_device == file.device && backing.file_inode == file.inode;
}

/// The loop device that has FILE, "/dev/loop7"; empty when none has. To look at all of them for
/// each image of thousands would take minutes, so that is done only for a file that somebody
/// writes.
Result<std::string> loop_device_of(const std::string& file) {
    DIM_TRY(const sys::Fd fd, open_image_file(file, O_RDONLY));
    const Result<bool> has_writer = sys::has_writer(fd);
    if (has_writer && !*has_writer) return std::string();
    DIM_TRY(const sys::FileStatus status, sys::fstat(fd));
    DIM_TRY(const std::vector<sys::LoopBacking> backings, sys::loop_backings());
    const auto used = std::ranges::find_if(
        backings, [&](const auto& backing) { return is_backed_by(backing, status); });
    return used == backings.end() ? std::string() : used->device;
}

Error mount_error(const Error& error, const std::string& file, model::FileSystem type) {
    const std::string cure =
        "run '" + repair_command(type, file) + "', or put back a good copy of the file";
    return Error(ErrorCode::conflict,
                 file + " cannot be mounted, it may be damaged: " + error.message())
        .with_cure(cure);
}

/// Mounts SOURCE, which has the file system of FILE.
Result<void> mount_protected(const std::string& source, const std::string& directory,
                             const std::string& file, model::FileSystem type) {
    auto mounted = sys::mount(source, directory, std::string(to_string(type)),
                              kProtection | MS_NOATIME, options_of(type));
    if (!mounted) return fail(mount_error(std::move(mounted).error(), file, type));
    // A kernel that does not know a flag passes it over.
    Result<void> is_protected = protect_mount(directory);
    if (!is_protected) (void)sys::umount(directory, UMOUNT_NOFOLLOW);
    return is_protected;
}

/// What the file system that is mounted at DIRECTORY lives on: "loop7"; empty when nothing is
/// mounted there. Errors: not_found when there is no directory.
Result<std::string> mounted_device(const std::string& directory) {
    DIM_TRY(const sys::FileStatus status, sys::stat(directory));
    DIM_TRY(const sys::FileStatus parent, sys::stat(directory + "/.."));
    if (status.device == parent.device) return std::string();
    const std::string numbers =
        std::to_string(major(status.device)) + ":" + std::to_string(minor(status.device));
    std::error_code error;
    // What has no block device, such as a tmpfs, is not here.
    const auto link = std::filesystem::read_symlink("/sys/dev/block/" + numbers, error);
    return error ? numbers : link.filename().string();
}

/// Errors the kernel has met in the file system since e2fsck ran.
bool has_errors(const std::string& device) {
    const Result<std::string> count = sys::read_file("/sys/fs/ext4/" + device + "/errors_count");
    return count && trim(*count) != "0";
}

Result<void> unmount_each(const std::string& directory, int flags) {
    DIM_TRY(const std::vector<sys::MountEntry> mounts, sys::mounts());
    for (const sys::MountEntry& entry : mounts | std::views::reverse) {
        if (entry.target != directory && !entry.target.starts_with(directory + "/")) continue;
        if (auto done = sys::umount(entry.target, flags); !done)
            return fail(std::move(done).error().with_context("unmount " + entry.target));
    }
    return {};
}

}  // namespace

Result<void> mount_file(const std::string& file, const std::string& directory) {
    DIM_TRY(const std::string used, loop_device_of(file));
    DIM_TRY(const sys::Fd fd, open_image_file(file, O_RDWR));
    DIM_TRY(const ImageFile found, identify(fd, file));
    DIM_CHECK(sys::ensure_directory(directory, 0700));
    if (!used.empty()) return mount_protected(used, directory, file, found.type);
    DIM_TRY(const sys::LoopDevice device, sys::LoopDevice::attach(fd, file));
    return mount_protected(device.path(), directory, file, found.type);
}

Result<void> protect_mount(const std::string& directory) {
    DIM_TRY(const unsigned long before, sys::mount_flags(directory));
    if ((before & kProtection) == kProtection) return {};
    DIM_CHECK(sys::add_mount_flags(directory, kProtection));
    DIM_TRY(const unsigned long after, sys::mount_flags(directory));
    return check_protection(after, directory);
}

Result<void> check_protection(unsigned long flags, const std::string& directory) {
    if ((flags & kProtection) == kProtection) return {};
    return fail(Error(ErrorCode::conflict,
                      "the kernel of this server cannot keep programs from following the links of "
                      "what is mounted at " +
                          directory)
                    .with_cure("boot the server with Linux 5.10 or newer"));
}

Result<MountState> inspect_mount(const std::string& file, const std::string& directory) {
    DIM_TRY(const sys::Fd fd, open_image_file(file, O_RDONLY));
    DIM_TRY(const ImageFile found, identify(fd, file));
    const Result<std::string> device = mounted_device(directory);
    if (!device && device.error().code() != ErrorCode::not_found) return fail(device.error());
    if (!device || device->empty()) return MountState::absent;
    DIM_TRY(const sys::FileStatus status, sys::fstat(fd));
    const Result<sys::LoopBacking> backing = sys::loop_backing("/dev/" + *device);
    if (!backing || !is_backed_by(*backing, status)) return MountState::stale;
    if (has_errors(*device)) {
        return fail(Error(ErrorCode::conflict, file + " is damaged: the kernel met an error in its "
                                                      "file system and allows no more writing")
                        .with_cure("with the blade off: 'dim nfs unexport', 'umount " + directory +
                                   "', '" + repair_command(found.type, file) +
                                   "', then 'dim nfs export'"));
    }
    return MountState::mounted;
}

bool is_mount_point(const std::string& directory) {
    const Result<sys::FileStatus> status = sys::stat(directory);
    const Result<sys::FileStatus> parent = sys::stat(directory + "/..");
    return status && parent && status->device != parent->device;
}

Result<void> unmount_below(const std::string& directory) {
    return unmount_each(directory, UMOUNT_NOFOLLOW);
}

Result<void> detach_below(const std::string& directory) {
    return unmount_each(directory, UMOUNT_NOFOLLOW | MNT_DETACH);
}

}  // namespace dim::server
