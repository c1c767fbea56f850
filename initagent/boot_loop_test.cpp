#include "initagent/boot_loop.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;

TEST(AfterFailure, IsAnotherAttemptAsLongAsTheSettingsAllow) {
    AgentSettings settings;
    settings.on_failure = OnFailure::reboot;
    EXPECT_EQ(after_failure(1000, settings), OnFailure::retry);
    settings.retries = 3;
    EXPECT_EQ(after_failure(1, settings), OnFailure::retry);
    EXPECT_EQ(after_failure(2, settings), OnFailure::retry);
    EXPECT_EQ(after_failure(3, settings), OnFailure::reboot);
    EXPECT_EQ(after_failure(4, settings), OnFailure::retry);
    EXPECT_EQ(after_failure(6, settings), OnFailure::reboot);
}

TEST(WaitBeforeRetry, HonoursTheServerWithinReason) {
    EXPECT_EQ(wait_before_retry(500ms, std::nullopt), 500ms);
    EXPECT_EQ(wait_before_retry(500ms, 3s), 3s);
    EXPECT_EQ(wait_before_retry(5s, 3s), 5s);
    EXPECT_EQ(wait_before_retry(5s, 24h), 5min);
}

}  // namespace
}  // namespace dim::agent
