#include "imageserver/boot/change_count.hpp"

#include <chrono>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(ChangeCountTest, WhoWaitsForTheNextChangeIsWoken) {
    ChangeCount count;
    std::latch waiting(1);
    std::jthread waiter([&] {
        waiting.count_down();
        count.wait_beyond(0, sys::Deadline::never());
    });
    waiting.wait();
    count.add();
    waiter.join();
    EXPECT_EQ(count.value(), 1U);
}

TEST(ChangeCountTest, WhatCameBeforeTheWaitIsNotWaitedFor) {
    ChangeCount count;
    count.add();
    count.wait_beyond(0, sys::Deadline::never());
    EXPECT_EQ(count.value(), 1U);
}

TEST(ChangeCountTest, NobodyWaitsBeyondTheDeadline) {
    ChangeCount count;
    count.wait_beyond(0, sys::Deadline::in(std::chrono::milliseconds(1)));
    EXPECT_EQ(count.value(), 0U);
}

}  // namespace
}  // namespace dim::server
