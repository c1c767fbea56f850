#include "initagent/heartbeat_rhythm.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;

TEST(HeartbeatRhythm, AServerThatAnswersAtOnceKeepsNoBladeBusy) {
    for (const auto end : {HeartbeatEnd::no_news, HeartbeatEnd::moved, HeartbeatEnd::idle}) {
        HeartbeatRhythm rhythm(10s);
        auto now = 5'000'000ms;
        for (int answers = 0; answers < 100; ++answers) {
            EXPECT_GE(rhythm.send(now), 1s);
            const auto pause = rhythm.pause_after(end, now);
            EXPECT_GE(pause, 1s);
            now += pause;
        }
    }
}

TEST(HeartbeatRhythm, WhatChangedNothingIsFollowedAfterAnInterval) {
    HeartbeatRhythm rhythm(10s);
    EXPECT_EQ(rhythm.send(100s), 10s);
    EXPECT_EQ(rhythm.pause_after(HeartbeatEnd::idle, 103s), 7s);
    EXPECT_EQ(rhythm.send(110s), 10s);
    EXPECT_EQ(rhythm.pause_after(HeartbeatEnd::idle, 130s), 0s) << "the server was away";
}

TEST(HeartbeatRhythm, WhoWaitedInVainWaitsAgain) {
    HeartbeatRhythm rhythm(10s);
    EXPECT_EQ(rhythm.send(100s), 10s);
    EXPECT_EQ(rhythm.pause_after(HeartbeatEnd::no_news, 110s), 0s);
    EXPECT_EQ(rhythm.send(110s), 10s);
    EXPECT_EQ(rhythm.pause_after(HeartbeatEnd::no_news, 117s), 0s) << "this clock is slow";
    EXPECT_EQ(rhythm.send(117s), 10s) << "whatever it says of the last interval";
}

TEST(HeartbeatRhythm, NewsFindSomebodyWhoAsksAfterNews) {
    HeartbeatRhythm rhythm(10s);
    EXPECT_EQ(rhythm.send(100s), 10s);
    EXPECT_EQ(rhythm.pause_after(HeartbeatEnd::moved, 103s), 0s);
    EXPECT_EQ(rhythm.send(103s), 7s);
    EXPECT_EQ(rhythm.pause_after(HeartbeatEnd::moved, 103'400ms), 600ms);
    EXPECT_EQ(rhythm.send(104s), 6s);
}

TEST(HeartbeatRhythm, BladesThatWereToldTheSameStayApart) {
    HeartbeatRhythm early(10s);
    HeartbeatRhythm late(10s);
    EXPECT_EQ(early.send(100s), 10s);
    EXPECT_EQ(late.send(104s), 10s);
    for (HeartbeatRhythm* each : {&early, &late})
        EXPECT_EQ(each->pause_after(HeartbeatEnd::moved, 106s), 0s);
    EXPECT_EQ(106s + early.send(106s), 110s);
    EXPECT_EQ(106s + late.send(106s), 114s);
    EXPECT_EQ(early.pause_after(HeartbeatEnd::no_news, 110s), 0s);
    EXPECT_EQ(early.send(110s), 10s) << "then the next whole interval";
}

TEST(HeartbeatRhythm, WhatIsLeftAfterNewsIsNeverLessThanASecond) {
    HeartbeatRhythm rhythm(10s);
    EXPECT_EQ(rhythm.send(100s), 10s);
    EXPECT_EQ(rhythm.pause_after(HeartbeatEnd::moved, 109'500ms), 0s);
    EXPECT_EQ(rhythm.send(109'500ms), 10s);
}

TEST(HeartbeatRhythm, NoWaitIsLongerThanAServerTakes) {
    HeartbeatRhythm rhythm(1h);
    EXPECT_EQ(rhythm.send(0s), 60s);
    EXPECT_EQ(rhythm.pause_after(HeartbeatEnd::moved, 5s), 0s);
    EXPECT_EQ(rhythm.send(5s), 60s);
    EXPECT_EQ(rhythm.pause_after(HeartbeatEnd::no_news, 65s), 0s);
}

}  // namespace
}  // namespace dim::agent
