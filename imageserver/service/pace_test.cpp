#include "imageserver/service/pace.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

TEST(Pace, KnowsNoRateAtOnce) {
    EXPECT_EQ(to_string(PaceText{PaceText::Unit::bytes, 0, 0, 0}), "0 B");
    EXPECT_EQ(to_string(PaceText{PaceText::Unit::entries, 5, 10, 999'999}), "5 of 10 entries");
}

TEST(Pace, SaysHowFastAndHowLongStill) {
    EXPECT_EQ(
        to_string(PaceText{PaceText::Unit::bytes, 30 * kMebibyte, 120 * kMebibyte, 3'000'000}),
        "30 MiB of 120 MiB, 10 MiB/s, 10 s left");
    EXPECT_EQ(to_string(PaceText{PaceText::Unit::entries, 10, 2410, 1'000'000}),
              "10 of 2410 entries, 10/s, 4 min left");
    EXPECT_EQ(to_string(PaceText{PaceText::Unit::bytes, kMebibyte, 36'000 * kMebibyte, 1'000'000}),
              "1 MiB of 35.1 GiB, 1 MiB/s, 10 h left");
}

TEST(Pace, SaysNothingOfTheEndWhenItIsUnknownOrPassed) {
    EXPECT_EQ(to_string(PaceText{PaceText::Unit::bytes, 30 * kMebibyte, 0, 3'000'000}),
              "30 MiB, 10 MiB/s");
    EXPECT_EQ(to_string(PaceText{PaceText::Unit::bytes, 30 * kMebibyte, 20 * kMebibyte, 3'000'000}),
              "30 MiB of 20 MiB, 10 MiB/s");
}

TEST(Pace, TellsAFewTimesASecond) {
    int told = 0;
    const Progress progress = [&](std::string_view text, std::uint64_t step, std::uint64_t steps) {
        ++told;
        EXPECT_TRUE(text.starts_with("unpack x: 7 of 5 entries")) << text;
        EXPECT_EQ(step, 5U);
        EXPECT_EQ(steps, 5U);
    };
    Pace pace(progress, "unpack x", PaceText::Unit::entries, 5);
    for (int i = 0; i < 1000; ++i)
        pace.tell(7);
    EXPECT_GE(told, 1);
    EXPECT_LE(told, 20);
}

}  // namespace
}  // namespace dim::server
