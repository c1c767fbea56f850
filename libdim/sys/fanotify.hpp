#pragma once

#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::sys {

/// What fanotify(7) tells of one change. Equal ones that wait to be read are one.
struct FileChange {
    std::uint64_t file_system = 0;  ///< MarkedFileSystem::id
    std::uint64_t directory = 0;    ///< inode; 0: not told
    std::string name;               ///< in it; "." is the directory itself
    std::uint64_t object = 0;       ///< inode of what was changed, by whatever name; 0: not told

    bool operator==(const FileChange&) const = default;
};

struct FileChanges {
    std::vector<FileChange> changes;
    /// Something changed of which nothing else is known: more than the kernel keeps, or told in a
    /// way that we do not know.
    bool is_incomplete = false;
    /// More may have waited when these were read.
    bool has_more = false;
};

struct MarkedFileSystem {
    std::uint64_t id = 0;      ///< statfs(2), f_fsid
    std::uint64_t device = 0;  ///< stat(2), st_dev
};

/// A fanotify descriptor; non-blocking. The kernel keeps 16,384 changes for it
/// (/proc/sys/fs/fanotify/max_queued_events). Errors: permission_denied without CAP_SYS_ADMIN.
Result<Fd> fanotify_init();
/// From now on FANOTIFY hears of every name that is made, removed or renamed and of every file and
/// directory whose content or attributes change, on the file system that DIRECTORY is on, whoever
/// does so, by whatever mount. Not of what is written through a mapping before that goes (the file
/// is closed then), and not of what is done below the file system: to its device, or by other
/// machines. It ends with the mount of the file system, which it does not keep busy.
///
/// Errors: invalid_input for a file system that is not ext2 to 4, xfs or tmpfs: only of those it is
/// known how they name inodes; what the kernel refuses.
Result<MarkedFileSystem> fanotify_mark(const Fd& fanotify, const Fd& directory);
/// Whether the file system DEVICE still has the mark, not one that was mounted in its place.
Result<bool> fanotify_has_mark(const Fd& fanotify, std::uint64_t device);
/// Takes all marks away.
Result<void> fanotify_flush(const Fd& fanotify);
/// What has come, at most some thousand; none when nothing has.
Result<FileChanges> fanotify_read(const Fd& fanotify);

/// What read(2) of a fanotify descriptor gives.
FileChanges parse_file_changes(std::string_view bytes);

}  // namespace dim::sys
