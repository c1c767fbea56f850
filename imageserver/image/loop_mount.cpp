#include "imageserver/image/loop_mount.hpp"

#include "imageserver/image/ext4_file.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/loop.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>
#include <ranges>
#include <sys/stat.h>

namespace dim::server {

namespace {

constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME;
constexpr const char* kOptions = "errors=remount-ro";

Result<sys::Fd> open_image_file(const std::string& file, int access) {
    Result<sys::Fd> fd = sys::open(file, access | O_NOFOLLOW);
    if (!fd && fd.error().code() == ErrorCode::not_found) {
        return fail(Error(ErrorCode::not_found, "the file " + file + " is missing")
                        .with_cure("put it back; or delete the image and create it anew"));
    }
    if (!fd) return fd;
    DIM_TRY(const sys::FileStatus status, sys::fstat(fd->get()));
    if (!S_ISREG(status.mode)) return fail(ErrorCode::conflict, file + " is no regular file");
    return fd;
}

bool is_backed_by(const sys::LoopBacking& backing, const sys::FileStatus& file) {
    return backing.file_device == file.device && backing.file_inode == file.inode;
}

Error mount_error(Error error, const std::string& file) {
    const std::string cure = "run 'e2fsck -f " + file + "', or put back a good copy of the file";
    return Error(ErrorCode::conflict,
                 file + " cannot be mounted, it may be damaged: " + error.message())
        .with_cure(cure);
}

bool has_word(std::string_view options, std::string_view word) {
    const std::vector<std::string_view> words = split(options, ',');
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

Result<void> mount_file(const std::string& file, const std::string& directory) {
    DIM_TRY(const sys::Fd fd, open_image_file(file, O_RDWR));
    DIM_CHECK(check_superblock(fd.get(), file));
    DIM_TRY(const sys::FileStatus status, sys::fstat(fd.get()));
    DIM_CHECK(sys::ensure_directory(directory, 0700));
    DIM_TRY(const std::vector<sys::LoopBacking> backings, sys::loop_backings());
    const auto used = std::ranges::find_if(
        backings, [&](const auto& backing) { return is_backed_by(backing, status); });
    Result<void> mounted;
    if (used != backings.end()) {
        mounted = sys::mount(used->device, directory, "ext4", kFlags, kOptions);
    } else {
        DIM_TRY(const sys::LoopDevice device, sys::LoopDevice::attach(fd.get(), file));
        mounted = sys::mount(device.path(), directory, "ext4", kFlags, kOptions);
    }
    if (!mounted) return fail(mount_error(std::move(mounted).error(), file));
    return {};
}

Result<MountState> inspect_mount(const std::string& file, const std::string& directory,
                                 std::span<const sys::MountEntry> mounts) {
    DIM_TRY(const sys::Fd fd, open_image_file(file, O_RDONLY));
    DIM_CHECK(check_superblock(fd.get(), file));
    auto from_newest = mounts | std::views::reverse;
    const auto entry = std::ranges::find(from_newest, directory, &sys::MountEntry::target);
    if (entry == from_newest.end()) return MountState::absent;
    if (entry->type != "ext4" || !entry->source.starts_with("/dev/loop")) return MountState::stale;
    DIM_TRY(const sys::FileStatus status, sys::fstat(fd.get()));
    const Result<sys::LoopBacking> backing = sys::loop_backing(entry->source);
    if (!backing || !is_backed_by(*backing, status)) return MountState::stale;
    if (has_word(entry->super_options, "ro")) {
        return fail(Error(ErrorCode::conflict, file + " is damaged: the kernel met an error in its "
                                                      "file system and allows no more writing")
                        .with_cure("with the blade off: 'dim nfs unexport', then 'umount " +
                                   directory + "' and 'e2fsck -f " + file +
                                   "', then 'dim nfs export'"));
    }
    return MountState::mounted;
}

Result<void> unmount_below(const std::string& directory) {
    DIM_TRY(const std::vector<sys::MountEntry> mounts, sys::mounts());
    for (const sys::MountEntry& entry : mounts | std::views::reverse) {
        if (entry.target != directory && !entry.target.starts_with(directory + "/")) continue;
        if (auto done = sys::umount(entry.target, UMOUNT_NOFOLLOW); !done)
            return fail(std::move(done).error().with_context("unmount " + entry.target));
    }
    return {};
}

}  // namespace dim::server
