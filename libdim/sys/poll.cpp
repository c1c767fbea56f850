#include "libdim/sys/poll.hpp"

#include <cerrno>
#include <poll.h>

namespace dim::sys {

Result<void> poll(const Fd& fd, Readiness readiness, const Deadline& deadline) {
    pollfd ready{fd.get(), static_cast<short>(readiness == Readiness::readable ? POLLIN : POLLOUT),
                 0};
    for (;;) {
        const int count = ::poll(&ready, 1, deadline.poll_timeout());
        if (count > 0) return {};
        if (count == 0) return fail(ErrorCode::timed_out, "no answer in time");
        if (errno != EINTR) return fail(Error::from_errno(errno, "poll"));
    }
}

}  // namespace dim::sys
