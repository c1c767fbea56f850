#pragma once

#include "imageserver/image/images.hpp"
#include "libdim/base/result.hpp"

#include <string>

namespace dim::server {

/// Mounts the file system in FILE at DIRECTORY, which is made if missing. A loop device that
/// has the file already is used again: two of them on one file would destroy it. Device nodes,
/// programs, set-user-ID bits and symbolic links of the file system mean nothing on the server.
/// Errors: not_found, conflict when it is damaged and when the kernel cannot protect the server;
/// with the cure.
Result<void> mount_file(const std::string& file, const std::string& directory);

/// Gives a mount that an older daemon made, or somebody changed, the protection of mount_file; who
/// uses it notices nothing. Errors: those of check_protection.
Result<void> protect_mount(const std::string& directory);

/// Errors: conflict when the flags of what is mounted at DIRECTORY (sys::mount_flags) lack one that
/// protects the server.
Result<void> check_protection(unsigned long flags, const std::string& directory);

/// Looks only; the same cost however much is mounted. Errors: not_found when FILE is missing,
/// conflict when its file system is damaged; with the cure.
Result<MountState> inspect_mount(const std::string& file, const std::string& directory);

/// Whether a file system other than its parent's is mounted at DIRECTORY; the same cost however
/// much is mounted.
bool is_mount_point(const std::string& directory);

/// Unmounts everything at or below DIRECTORY. Errors: conflict when something is in use.
Result<void> unmount_below(const std::string& directory);

/// The same for what goes for good: nobody finds it any more, and it ends when its last user, such
/// as the NFS server, lets go of it.
Result<void> detach_below(const std::string& directory);

}  // namespace dim::server
