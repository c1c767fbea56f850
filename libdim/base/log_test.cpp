#include "libdim/base/log.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim {
namespace {

TEST(Log, LinesCarryTheirSeverityAndLowOnesAreDropped) {
    ::testing::internal::CaptureStderr();
    log(LogLevel::debug, "unseen");
    log(LogLevel::warning, "seen");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "<4>seen\n");
}

TEST(Log, ATextIsOneLineWhateverIsInIt) {
    ::testing::internal::CaptureStderr();
    log(LogLevel::warning, "refused: 'x\n<3>all is lost'");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "<4>refused: 'x <3>all is lost'\n");
}

TEST(Log, GoesToTwoPlacesUntilItIsToldNotTo) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> other(std::tmpfile(), std::fclose);
    ASSERT_TRUE(other);
    ::testing::internal::CaptureStderr();
    also_log_to(::fileno(other.get()));
    log(LogLevel::notice, "for two");
    also_log_to(-1);
    log(LogLevel::notice, "for one");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "<5>for two\n<5>for one\n");
    std::array<char, 64> written{};
    EXPECT_EQ(::pread(::fileno(other.get()), written.data(), written.size(), 0), 11);
    EXPECT_STREQ(written.data(), "<5>for two\n");
}

}  // namespace
}  // namespace dim
