#pragma once

#include "imageserver/image/images.hpp"
#include "libdim/base/result.hpp"

#include <string>

namespace dim::server {

/// Mounts the ext4 file system in FILE at DIRECTORY, which is made if missing. A loop device that
/// has the file already is used again: two of them on one file would destroy it. Device nodes,
/// programs and set-user-ID bits of the file system mean nothing on the server. Errors: not_found,
/// conflict when it is damaged; with the cure.
Result<void> mount_file(const std::string& file, const std::string& directory);

/// Looks only; the same cost however much is mounted. Errors: not_found when FILE is missing,
/// conflict when its file system is damaged; with the cure.
Result<MountState> inspect_mount(const std::string& file, const std::string& directory);

/// Unmounts everything at or below DIRECTORY. Errors: conflict when something is in use.
Result<void> unmount_below(const std::string& directory);

}  // namespace dim::server
