#include "imageserver/daemon/bounded_notes.hpp"

#include <latch>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(BoundedNotes, WhatComesOnTopIsDropped) {
    boost::asio::thread_pool lane(1);
    BoundedNotes notes(lane);
    std::latch begun(1);
    std::latch held(1);
    int noted = 0;
    notes.post([&] {
        begun.count_down();
        held.wait();
    });
    begun.wait();  // it waits no more
    for (int i = 0; i < BoundedNotes::kMost + 5; ++i)
        notes.post([&] { ++noted; });
    held.count_down();
    lane.join();
    EXPECT_EQ(noted, BoundedNotes::kMost);
}

TEST(BoundedNotes, WhatWasNotedMakesRoom) {
    boost::asio::thread_pool lane(1);
    BoundedNotes notes(lane);
    int noted = 0;
    for (int i = 0; i < BoundedNotes::kMost + 5; ++i) {
        std::latch done(1);
        notes.post([&] {
            ++noted;
            done.count_down();
        });
        done.wait();
    }
    lane.join();
    EXPECT_EQ(noted, BoundedNotes::kMost + 5);
}

}  // namespace
}  // namespace dim::server
