#pragma once

#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <string>
#include <sys/mount.h>

/// Mounts as descriptors: made and changed before anybody can reach them by a path.
namespace dim::sys {

/// A second mount of what is mounted at PATH, or of a directory or file of it, without what is
/// mounted below; attached nowhere, gone with its last descriptor. move_mount() attaches it. Links
/// are followed.
Result<Fd> clone_mount(const std::string& path);

/// MOUNT_ATTR_… of mount_setattr(2): what a mount is to have, and what it is to lose.
struct MountAttributes {
    std::uint64_t set = 0;
    std::uint64_t clear = 0;
};
Result<void> set_mount_attributes(const Fd& mount, const MountAttributes& attributes);

/// Makes the mount ROOT the root of this mount namespace and of this process, and detaches all that
/// was mounted there before. Errors: invalid_input when a mount above is shared.
Result<void> enter_root(const Fd& root);

}  // namespace dim::sys
