#include "libdim/sys/clock.hpp"
#include "libdim/sys/fork_child.hpp"

#include <cerrno>
#include <stdexcept>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

TEST(ForkChild, KillsAFunctionThatHangs) {
    const std::int64_t start = monotonic_us();
    const auto result = fork_child(
        []() -> Result<void> {
            sleep_for(1000s);
            return {};
        },
        100ms);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::timed_out);
    EXPECT_LT(monotonic_us() - start, 5'000'000);
}

TEST(ForkChild, TellsOfAChildThatDies) {
    const auto died = fork_child([]() -> Result<void> { ::_exit(0); }, 10s);
    ASSERT_FALSE(died);
    EXPECT_EQ(died.error().code(), ErrorCode::internal);
    const auto threw =
        fork_child([]() -> Result<void> { throw std::runtime_error("thrown"); }, 10s);
    ASSERT_FALSE(threw);
    EXPECT_EQ(threw.error().message(), "thrown");
}

TEST(ForkChild, BringsTheWholeErrorBack) {
    const Error sent = Error::from_errno(ECONNREFUSED, "mount")
                           .with_context("stage")
                           .with_cure("start the server");
    const auto result = fork_child([&]() -> Result<void> { return fail(sent); }, 10s);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), sent);
    const Error plain(ErrorCode::conflict, "a message of several words");
    EXPECT_EQ(fork_child([&]() -> Result<void> { return fail(plain); }, 10s).error(), plain);
}

TEST(ForkChild, BringsTextBack) {
    const auto text = ask_child([]() -> Result<std::string> { return "= ! text\n"; }, 10s);
    EXPECT_EQ(text, "= ! text\n");
    EXPECT_TRUE(fork_child([]() -> Result<void> { return {}; }, 10s));
}

}  // namespace
}  // namespace dim::sys
