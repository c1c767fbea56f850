#include "initagent/backoff.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, NeverWaitsLongerThanTold) {
    Backoff backoff(5s);
    for (int attempt = 0; attempt < 100; ++attempt) {
        const auto delay = backoff.next(0xffffffff - static_cast<std::uint32_t>(attempt));
        EXPECT_LE(delay, 5s);
        EXPECT_GE(delay, 500ms);
    }
}

TEST(Backoff, DoublesUpToTheLongest) {
    Backoff backoff(6s);
    EXPECT_EQ(backoff.next(500), 1000ms);
    EXPECT_EQ(backoff.next(1000), 2000ms);
    EXPECT_EQ(backoff.next(2000), 4000ms);
    EXPECT_EQ(backoff.next(3000), 6000ms);
    EXPECT_EQ(backoff.next(3000), 6000ms);
    EXPECT_EQ(backoff.next(0), 3000ms);
    backoff.reset();
    EXPECT_EQ(backoff.next(0), 500ms);
}

TEST(Backoff, DiffersFromBladeToBlade) { EXPECT_NE(Backoff(30s).next(1), Backoff(30s).next(2)); }

TEST(RandomNumber, IsRarelyTheSame) {
    const auto first = random_number();
    EXPECT_TRUE(random_number() != first || random_number() != first);
}

}  // namespace
}  // namespace dim::agent
