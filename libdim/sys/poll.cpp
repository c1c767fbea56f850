#include "libdim/sys/poll.hpp"

#include <cerrno>
#include <poll.h>
#include <vector>

namespace dim::sys {

namespace {

Result<void> wait(std::span<pollfd> items, const Deadline& deadline) {
    for (;;) {
        const int count = ::poll(items.data(), items.size(), deadline.poll_timeout());
        if (count > 0) return {};
        if (count == 0) return fail(ErrorCode::timed_out, "no answer in time");
        if (errno != EINTR) return fail(Error::from_errno(errno, "poll"));
    }
}

}  // namespace

Result<void> poll(const Fd& fd, Readiness readiness, const Deadline& deadline) {
    const bool is_to_read = readiness == Readiness::readable;
    const PollItem item{.fd = fd, .is_to_read = is_to_read, .is_to_write = !is_to_read};
    return poll({&item, 1}, deadline);
}

Result<void> poll(std::span<const PollItem> items, const Deadline& deadline) {
    std::vector<pollfd> waiting;
    for (const PollItem& item : items) {
        const int events = (item.is_to_read ? POLLIN : 0) | (item.is_to_write ? POLLOUT : 0);
        // Without events poll(2) would still tell that the other end is gone, again and again.
        if (events != 0) waiting.push_back({item.fd.get(), static_cast<short>(events), 0});
    }
    return wait(waiting, deadline);
}

}  // namespace dim::sys
