#pragma once

#include "libdim/base/result.hpp"

namespace dim::sys {

/// An exclusive flock(2) on an open file. It belongs to the open file, not to the process: a child
/// that inherits the descriptor holds it until it ends, too. Errors: conflict when somebody else
/// holds it.
Result<void> lock_descriptor(int fd);

}  // namespace dim::sys
