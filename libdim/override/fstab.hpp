#pragma once

#include <string>
#include <string_view>

namespace dim::overrides {

/// An fstab(5) in which every line of a disk (a device below /dev, UUID=, LABEL=, PARTUUID=,
/// PARTLABEL=, ID=) and of a swap file is a comment that says why; all other bytes stay. What was
/// done is not done again.
std::string fstab_without_disks(std::string_view text);

/// Likewise, a crypttab(5), whose lines have the disk as their second word.
std::string crypttab_without_disks(std::string_view text);

/// Whether LINE of an fstab mounts a disk, or swaps to a file: no file can be swapped to by NFS.
bool is_disk_line(std::string_view line);

}  // namespace dim::overrides
