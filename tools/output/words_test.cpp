#include "tools/output/words.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

TEST(Words, DurationsGrowTheirUnit) {
    EXPECT_EQ(duration_text(std::nullopt), "");
    EXPECT_EQ(duration_text(std::numeric_limits<double>::infinity()), "");
    EXPECT_EQ(duration_text(0.42), "0.4 s");
    EXPECT_EQ(duration_text(42), "42 s");
    EXPECT_EQ(duration_text(180), "3 min");
    EXPECT_EQ(duration_text(5 * 3600), "5 h");
    EXPECT_EQ(duration_text(12 * 86400), "12 d");
}

TEST(Words, TimesAndCounts) {
    EXPECT_EQ(clock_text(*model::Timestamp::parse("2026-11-20T13:40:00.123456Z")), "13:40:00.123");
    EXPECT_EQ(count_text(1, "blade"), "1 blade");
    EXPECT_EQ(count_text(0, "blade"), "0 blades");
}

}  // namespace
}  // namespace dim::tool
