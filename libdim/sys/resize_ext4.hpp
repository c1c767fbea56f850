#pragma once

#include "libdim/sys/fd.hpp"

#include <cstdint>

namespace dim::sys {

/// Makes the mounted ext4 file system that FD is open in BLOCKS of its blocks long, while it is in
/// use (EXT4_IOC_RESIZE_FS). Its device must be as long already. Takes as long as the new groups
/// need. Errors: permission_denied without CAP_SYS_RESOURCE, with nothing changed; invalid_input to
/// make it smaller.
Result<void> resize_ext4(const Fd& fd, std::uint64_t blocks);

}  // namespace dim::sys
