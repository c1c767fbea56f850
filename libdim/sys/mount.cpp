#include "libdim/sys/mount.hpp"

#include "libdim/sys/file.hpp"

#include <array>
#include <cerrno>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <utility>

namespace dim::sys {

namespace {

// MOVE_MOUNT_F_EMPTY_PATH and MOVE_MOUNT_T_EMPTY_PATH of linux/mount.h, which clashes with glibc's
// sys/mount.h; musl's has neither.
constexpr unsigned kFromItself = 0x04;
constexpr unsigned kToItself = 0x40;

// What statfs(2) tells of a mount (ST_… of linux/statfs.h) and how mount(2) takes it. musl's
// sys/mount.h lacks the last.
constexpr unsigned long kNoSymFollow = 256;
constexpr std::array<std::pair<unsigned long, unsigned long>, 5> kFlagsTold{
    {{0x0001, MS_RDONLY},
     {0x0002, MS_NOSUID},
     {0x0004, MS_NODEV},
     {0x0008, MS_NOEXEC},
     {0x2000, kNoSymFollow}}};

}  // namespace

Result<void> mount(const std::string& source, const std::string& target, const std::string& type,
                   unsigned long flags, const std::string& options) {
    const char* type_text = type.empty() ? nullptr : type.c_str();
    const char* options_text = options.empty() ? nullptr : options.c_str();
    if (::mount(source.c_str(), target.c_str(), type_text, flags, options_text) != 0)
        return fail(Error::from_errno(errno, "mount " + source + " at " + target));
    return {};
}

Result<void> umount(const std::string& target, int flags) {
    if (::umount2(target.c_str(), flags) != 0)
        return fail(Error::from_errno(errno, "unmount " + target));
    return {};
}

Result<unsigned long> mount_flags(const std::string& path) {
    struct ::statfs status{};
    if (::statfs(path.c_str(), &status) != 0) return fail(Error::from_errno(errno, path));
    unsigned long flags = 0;
    for (const auto& [told, flag] : kFlagsTold)
        if ((static_cast<unsigned long>(status.f_flags) & told) != 0) flags |= flag;
    return flags;
}

Result<void> add_mount_flags(const std::string& target, unsigned long flags) {
    // A remount takes away what it does not name; the times of access are the exception.
    DIM_TRY(const unsigned long present, mount_flags(target));
    return mount("none", target, "", MS_BIND | MS_REMOUNT | present | flags, "");
}

Result<void> bind_mount(const std::string& source, const std::string& target, Access access) {
    DIM_CHECK(mount(source, target, "", MS_BIND, ""));
    if (access == Access::read_write) return {};
    Result<void> made_read_only = add_mount_flags(target, MS_RDONLY);
    if (!made_read_only) (void)umount(target, MNT_DETACH);
    return made_read_only;
}

Result<void> move_mount(const Fd& from, const Fd& to) {
    if (::syscall(SYS_move_mount, from.get(), "", to.get(), "", kFromItself | kToItself) != 0)
        return fail(Error::from_errno(errno, "move a mount"));
    return {};
}

Result<void> make_private(const std::string& target) {
    return mount("none", target, "", MS_REC | MS_PRIVATE, "");
}

Result<std::vector<MountEntry>> mounts() {
    DIM_TRY(const std::string text, read_file("/proc/self/mountinfo"));
    Result<std::vector<MountEntry>> entries = parse_mountinfo(text);
    if (!entries) return fail(std::move(entries).error().with_context("/proc/self/mountinfo"));
    return entries;
}

Result<MountEntry> mount_at(const std::string& target) {
    DIM_TRY(std::vector<MountEntry> entries, mounts());
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        if (entry->target == target) return std::move(*entry);
    }
    return fail(ErrorCode::not_found, "nothing is mounted at " + target);
}

Result<void> chroot(const std::string& path) {
    if (::chroot(path.c_str()) != 0) return fail(Error::from_errno(errno, "chroot to " + path));
    return {};
}

Result<void> chdir(const std::string& path) {
    if (::chdir(path.c_str()) != 0) return fail(Error::from_errno(errno, path));
    return {};
}

}  // namespace dim::sys
