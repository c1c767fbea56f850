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

}  // namespace
}  // namespace dim
