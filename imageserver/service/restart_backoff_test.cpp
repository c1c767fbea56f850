#include "imageserver/service/restart_backoff.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

TEST(RestartBackoff, DoublesUpToItsLimit) {
    RestartBackoff backoff(500ms, 30s);
    for (const auto expected : {500ms, 1'000ms, 2'000ms, 4'000ms, 8'000ms, 16'000ms, 30'000ms})
        EXPECT_EQ(backoff.next(0ms), expected);
    for (int count = 0; count < 100; ++count)
        EXPECT_EQ(backoff.next(30s), 30s);
}

TEST(RestartBackoff, BeginsAgainAfterALongRunOrAReset) {
    RestartBackoff backoff(500ms, 30s);
    (void)backoff.next(0ms);
    (void)backoff.next(0ms);
    EXPECT_EQ(backoff.next(31s), 500ms);
    EXPECT_EQ(backoff.next(1s), 1s);
    backoff.reset();
    EXPECT_EQ(backoff.next(1s), 500ms);
}

}  // namespace
}  // namespace dim::server
