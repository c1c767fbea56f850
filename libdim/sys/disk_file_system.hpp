#pragma once

#include "libdim/sys/fd.hpp"

#include <string_view>

namespace dim::sys {

/// Whether the open directory is on a file system that keeps what a machine is made of on its own
/// disks: ext4, xfs, btrfs… Not on one that the kernel makes up, that is in memory, or on a
/// network.
Result<bool> is_on_disk(const Fd& directory);

/// The same of a type as /proc/mounts names it, "ext4".
bool is_disk_type(std::string_view type);

}  // namespace dim::sys
