#include "libdim/sys/clock.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

TEST(Deadline, CountsDown) {
    EXPECT_EQ(Deadline::never().poll_timeout(), -1);
    EXPECT_FALSE(Deadline::never().has_passed());
    EXPECT_TRUE(Deadline::in(0ms).has_passed());
    EXPECT_EQ(Deadline::in(-5ms).poll_timeout(), 0);
    EXPECT_GT(Deadline::in(10s).poll_timeout(), 9'000);
    EXPECT_LE(Deadline::in(10s).poll_timeout(), 10'000);
    EXPECT_GE(boottime_us(), monotonic_us() - 1);
    EXPECT_GT(realtime_us(), std::int64_t{1'600'000'000} * 1'000'000);
}

}  // namespace
}  // namespace dim::sys
