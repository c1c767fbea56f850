#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/link_events.hpp"
#include "libdim/sys/netlink.hpp"
#include "libdim/sys/socket.hpp"

#include <chrono>
#include <sched.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

Result<void> see_loopback_come_up() {
    if (::unshare(CLONE_NEWNET) != 0) return fail(Error::from_errno(errno, "unshare"));
    DIM_TRY(const Fd events, link_events());
    if (poll(events.get(), Readiness::readable, Deadline::in(20ms)))
        return fail(ErrorCode::internal, "an event before anything happened");
    DIM_CHECK(set_link_up(1));
    DIM_CHECK(poll(events.get(), Readiness::readable, Deadline::in(5s)));
    discard_events(events.get());
    if (poll(events.get(), Readiness::readable, Deadline::in(20ms)))
        return fail(ErrorCode::internal, "an event that was discarded");
    return {};
}

TEST(LinkEventsRoot, TellThatAnInterfaceChanged) {
    const std::function<Result<void>()> function = see_loopback_come_up;
    const auto seen = fork_child(function, 10s);
    EXPECT_TRUE(seen) << seen.error().message();
}

}  // namespace
}  // namespace dim::sys
