#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"

namespace dim::sys {

enum class Readiness { readable, writable };
/// Waits until FD is ready, or has failed. Errors: timed_out.
Result<void> poll(const Fd& fd, Readiness readiness, const Deadline& deadline);

}  // namespace dim::sys
