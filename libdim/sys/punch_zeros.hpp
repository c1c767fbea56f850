#pragma once

#include "libdim/sys/fd.hpp"

namespace dim::sys {

/// Gives back the space of every 64 KiB of zeros in the file FD (open for reading and writing),
/// also where they were only reserved; what it reads as stays the same. Blocks until the file is
/// read. Errors: io; a file system that cannot punch holes is success.
Result<void> punch_zeros(const Fd& fd);

}  // namespace dim::sys
