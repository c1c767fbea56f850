#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"

#include <span>

namespace dim::sys {

enum class Readiness { readable, writable };
/// Waits until FD is ready, or has failed. Errors: timed_out.
Result<void> poll(const Fd& fd, Readiness readiness, const Deadline& deadline);

/// One of several that are waited for; for neither, it is left out.
struct PollItem {
    const Fd& fd;
    bool is_to_read = false;
    bool is_to_write = false;
};
/// Waits until one of ITEMS is ready for what it is to do, or has failed. Errors: timed_out.
Result<void> poll(std::span<const PollItem> items, const Deadline& deadline);

}  // namespace dim::sys
