#include "imageserver/blade/free_space_trend.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

TEST(FreeSpaceTrend, SaysNothingWithoutARate) {
    FreeSpaceTrend trend;
    EXPECT_EQ(trend.time_left(), std::nullopt);
    trend.add(100s, 1000);
    EXPECT_EQ(trend.time_left(), std::nullopt);
    trend.add(110s, 10);
    EXPECT_EQ(trend.time_left(), std::nullopt) << "10 s are no trend";
    trend.add(160s, 1000);
    EXPECT_EQ(trend.time_left(), std::nullopt) << "it does not shrink";
    trend.add(170s, 2000);
    EXPECT_EQ(trend.time_left(), std::nullopt);
}

TEST(FreeSpaceTrend, TellsTheTimeLeftAtTheRateOfTheWindow) {
    FreeSpaceTrend trend;
    trend.add(0s, 1000);
    trend.add(60s, 900);
    EXPECT_EQ(trend.time_left(), 540s);
    trend.add(120s, 0);
    EXPECT_EQ(trend.time_left(), 0s);
}

TEST(FreeSpaceTrend, SaysNothingOfATimeThatIsFar) {
    FreeSpaceTrend trend;
    trend.add(0s, 1'000'000'000);
    trend.add(60s, 999'999'999);
    EXPECT_EQ(trend.time_left(), std::nullopt);
}

TEST(FreeSpaceTrend, ForgetsWhatWasLongAgo) {
    FreeSpaceTrend trend;
    trend.add(0s, 1'000'000);
    for (auto time = 1min; time <= 12min; time += 1min)
        trend.add(time, 1000);
    EXPECT_EQ(trend.time_left(), std::nullopt);
}

}  // namespace
}  // namespace dim::server
