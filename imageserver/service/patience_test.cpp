#include "imageserver/service/patience.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kSecond = 1'000'000;
constexpr pid_t kPid = 17;

TEST(Patience, EndsWithAnIdleProcess) {
    Patience patience(10s, 0);
    EXPECT_FALSE(patience.has_ended(kPid, 3s, 0));
    EXPECT_FALSE(patience.has_ended(kPid, 3s, 9 * kSecond));
    EXPECT_TRUE(patience.has_ended(kPid, 3s, 10 * kSecond));
}

TEST(Patience, LastsWhileItComputes) {
    Patience patience(10s, 0);
    for (int second = 0; second <= 100; ++second)
        EXPECT_FALSE(patience.has_ended(kPid, second * 950ms, second * kSecond)) << second;
    // Several threads at once make no credit for later.
    EXPECT_FALSE(patience.has_ended(kPid, 200s, 101 * kSecond));
    EXPECT_TRUE(patience.has_ended(kPid, 200s, 107 * kSecond));
}

TEST(Patience, EndsSomeTimeWithOneThatComputesForEver) {
    Patience patience(10s, 0);
    EXPECT_FALSE(patience.has_ended(kPid, 0s, 0));
    EXPECT_FALSE(patience.has_ended(kPid, 599s, 599 * kSecond));
    EXPECT_TRUE(patience.has_ended(kPid, 600s, 600 * kSecond));
}

TEST(Patience, DoesNotTakeWhatAPredecessorComputed) {
    Patience patience(10s, 0);
    EXPECT_FALSE(patience.has_ended(kPid, 1s, 0));
    EXPECT_TRUE(patience.has_ended(kPid + 1, 100s, 11 * kSecond));
}

}  // namespace
}  // namespace dim::server
