#include "initagent/restart_watch.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;

class RestartWatchTest : public ::testing::Test {
protected:
    RestartWatch watch(std::chrono::milliseconds settling) {
        return RestartWatch(
            [this]() -> Result<api::Restarts> {
                ++looks;
                return found;
            },
            settling);
    }
    /// What it tells, and has told then.
    static std::optional<api::Restarts> tell(RestartWatch& watch, const char* boot = "b-1") {
        auto news = watch.news(boot);
        if (news) watch.told(*news, boot);
        return news;
    }

    const api::Restarts nothing{.processes = {}, .total = 0, .cause = {}};
    const api::Restarts one{
        .processes = {{7, "sshd", "ssh.service", "/usr/sbin/sshd", 1}}, .total = 1, .cause = {}};
    Result<api::Restarts> found = nothing;
    int looks = 0;
};

TEST_F(RestartWatchTest, NobodyLooksBeforeSomethingChanges) {
    auto quiet = watch(1h);
    EXPECT_FALSE(tell(quiet));
    EXPECT_EQ(looks, 0);
}

TEST_F(RestartWatchTest, NothingFoundIsToldOnceAfterAChange) {
    auto after = watch(0ms);
    for (const int change : {1, 2}) {
        after.expect_changes();
        EXPECT_EQ(tell(after), nothing);
        EXPECT_FALSE(tell(after));
        EXPECT_EQ(looks, change) << "and then nobody looks";
    }
}

TEST_F(RestartWatchTest, WhatACacheHidIsFoundLater) {
    auto settling = watch(1h);
    settling.expect_changes();
    EXPECT_EQ(tell(settling), nothing);
    found = one;
    EXPECT_EQ(tell(settling), one);
}

TEST_F(RestartWatchTest, LooksUntilThereIsNothingLeft) {
    found = one;
    auto after = watch(0ms);
    after.expect_changes();
    EXPECT_EQ(tell(after), one);
    EXPECT_FALSE(tell(after)) << "the same is not told twice";
    EXPECT_EQ(looks, 2);
    found = nothing;
    EXPECT_EQ(tell(after), nothing);
    EXPECT_FALSE(tell(after));
    EXPECT_EQ(looks, 3);
}

TEST_F(RestartWatchTest, ALookThatFailsIsToldAndTriedAgain) {
    found = fail(ErrorCode::timed_out, "no result within 8000 ms");
    auto after = watch(0ms);
    after.expect_changes();
    const auto told = tell(after);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->cause, "no result within 8000 ms");
    found = one;
    EXPECT_EQ(tell(after), one);
}

TEST_F(RestartWatchTest, WhatWasNotDeliveredIsToldAgain) {
    found = one;
    auto after = watch(0ms);
    after.expect_changes();
    EXPECT_EQ(after.news("b-1"), one);
    EXPECT_EQ(after.news("b-1"), one);
}

TEST_F(RestartWatchTest, AServerThatForgotTheBootIsToldAgain) {
    auto after = watch(0ms);
    after.expect_changes();
    EXPECT_EQ(tell(after), nothing);
    EXPECT_EQ(tell(after, "b-2"), nothing);
    EXPECT_FALSE(tell(after, "b-2"));
    EXPECT_EQ(looks, 1);
}

}  // namespace
}  // namespace dim::agent
