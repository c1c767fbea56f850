#pragma once

#include "imageserver/image/ext4_file.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::server {

/// xfs file systems in files, by xfsprogs: the counterpart of ext4_file.hpp. Every call blocks.
/// Makes FILE, which must not be there, of BYTES. Errors: io below 300 MiB.
Result<void> make_xfs(const std::string& file, std::uint64_t bytes);
/// Verifies a filled, unmounted file system (xfs_repair -n).
Result<void> finish_xfs(const std::string& file);
/// The kernel mounts no two of one UUID. Of an unmounted file system that was unmounted cleanly.
Result<void> set_random_xfs_uuid(const std::string& file);
/// Makes the file system mounted at MOUNT_POINT fill its device, while it is in use. It never
/// becomes smaller.
Result<void> grow_mounted_xfs(const std::string& mount_point);

/// As check_ext4() and mend_ext4(), by xfs_repair(8).
Result<CheckedFileSystem> check_xfs(const std::string& file);
Result<void> mend_xfs(const std::string& file, const std::string& original);

/// Whether the first bytes of a file say so ("XFS Algorithms & Data Structures", superblock).
bool is_xfs(std::string_view bytes);
/// How large the file system is, by such bytes.
std::uint64_t xfs_bytes(std::string_view bytes);

}  // namespace dim::server
