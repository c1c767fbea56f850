#pragma once

#include "libdim/base/result.hpp"

namespace dim::sys {

/// syncfs(2): everything written to the file system that FD is on is on the device. Errors: io,
/// also for a write that failed earlier.
Result<void> syncfs(int fd);

}  // namespace dim::sys
