#include "libdim/base/log.hpp"

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

}  // namespace
}  // namespace dim
