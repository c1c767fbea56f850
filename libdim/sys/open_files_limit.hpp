#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>

namespace dim::sys {

/// Lets this process open as many files as the administrator allows (RLIMIT_NOFILE: soft to hard),
/// which is what a server of thousands of connections needs. Returns how many.
Result<std::uint64_t> raise_open_files_limit();

}  // namespace dim::sys
