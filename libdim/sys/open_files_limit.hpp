#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>

namespace dim::sys {

/// Raises how many descriptors this process, and its children from now on, may have open, as far as
/// it may (RLIMIT_NOFILE's soft limit to the hard one; getrlimit(2)). Returns the limit.
Result<std::uint64_t> raise_open_files_limit();

}  // namespace dim::sys
