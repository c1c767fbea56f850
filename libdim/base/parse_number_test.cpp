#include "libdim/base/parse_number.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace dim {
namespace {

TEST(ParseNumber, RefusesWhatIsNotWhollyANumber) {
    for (const char* text : {"", " 1", "1 ", "+1", "-1", "0x10", "1.5", "999999999999"}) {
        EXPECT_FALSE(parse_number<std::uint16_t>(text)) << text;
    }
    EXPECT_FALSE(parse_number<int>("11", 0, 10));
    EXPECT_EQ(parse_number<int>("11", 0, 10).error().message(),
              "'11' is not a number from 0 to 10");
}

TEST(ParseNumber, TakesTheWholeRange) {
    EXPECT_EQ(parse_number<std::uint16_t>("0"), 0);
    EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65535);
    EXPECT_EQ(parse_number<int>("-5"), -5);
    EXPECT_EQ(parse_number<int>("ff", 0, 255, 16), 255);
}

}  // namespace
}  // namespace dim
