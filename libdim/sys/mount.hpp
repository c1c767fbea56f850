#pragma once

#include "libdim/sys/fd.hpp"
#include "libdim/sys/mountinfo.hpp"

#include <string>
#include <sys/mount.h>
#include <vector>

namespace dim::sys {

/// mount(2). FLAGS are MS_…; OPTIONS is the comma-separated text for the file system. May block as
/// long as the other side of a network file system likes: see fork_child.
Result<void> mount(const std::string& source, const std::string& target, const std::string& type,
                   unsigned long flags, const std::string& options);
/// umount2(2). FLAGS are MNT_DETACH, UMOUNT_NOFOLLOW….
Result<void> umount(const std::string& target, int flags = 0);

/// The MS_… flags of the mount that PATH is on, as far as a mount has them for itself: MS_RDONLY,
/// MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOSYMFOLLOW.
Result<unsigned long> mount_flags(const std::string& path);
/// Gives the mount at TARGET these flags too, and keeps those it has; what is open stays open.
Result<void> add_mount_flags(const std::string& target, unsigned long flags);

enum class Access { read_write, read_only };
/// Shows SOURCE at TARGET too, with the flags it has. Read-only takes two calls to the kernel; when
/// the second fails the first is undone.
Result<void> bind_mount(const std::string& source, const std::string& target, Access access);
/// Moves the mount that FROM is the root of onto the directory TO (move_mount(2)); both may be
/// opened with O_PATH. Errors: invalid_input also when the mount that FROM is mounted on is shared.
Result<void> move_mount(const Fd& from, const Fd& to);
/// Takes a mount point out of its peer group, with everything below: mounts there can be moved, and
/// nothing we do there reaches another mount namespace.
Result<void> make_private(const std::string& target);

/// What is mounted in our mount namespace, in mount order.
Result<std::vector<MountEntry>> mounts();
/// The topmost mount exactly at TARGET. Errors: not_found.
Result<MountEntry> mount_at(const std::string& target);

Result<void> chroot(const std::string& path);
Result<void> chdir(const std::string& path);
}  // namespace dim::sys
