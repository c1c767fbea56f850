#include "libdim/sys/signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(Signals, ArriveAtTheirDescriptor) {
    ASSERT_TRUE(block_signals({SIGUSR1}));
    const Fd fd = signalfd({SIGUSR1}).value();
    EXPECT_EQ(next_signal(fd), 0);
    ASSERT_EQ(::kill(::getpid(), SIGUSR1), 0);
    EXPECT_EQ(next_signal(fd), SIGUSR1);
    EXPECT_EQ(next_signal(fd), 0);
    ASSERT_TRUE(reset_signals());
}

}  // namespace
}  // namespace dim::sys
