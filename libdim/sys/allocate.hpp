#pragma once

#include "libdim/sys/fd.hpp"

#include <cstdint>

namespace dim::sys {

/// Space on the device for the first SIZE bytes of a file, not shared with another file (xfs);
/// holes are filled, bytes are kept. Errors: limit_exceeded when there is not enough, conflict on
/// btrfs, which writes each change to a new place and so cannot promise anything.
Result<void> allocate(const Fd& fd, std::uint64_t size);

}  // namespace dim::sys
