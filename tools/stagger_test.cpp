#include "tools/stagger.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using namespace std::chrono_literals;

TEST(Stagger, OtherTextIsRefused) {
    for (const char* wrong : {"", "s", "ms", "-1", "2m", "2 s", "2s/blade", "2/", "/chassis",
                              "1.5s", "3601", "3600001ms", "2ss", "99999999999999999999s"})
        EXPECT_EQ(parse_stagger(wrong).error().code(), ErrorCode::invalid_input) << wrong;
}

TEST(Stagger, SecondsAndMillisecondsAreKnown) {
    EXPECT_EQ(parse_stagger("2"), 2000ms);
    EXPECT_EQ(parse_stagger("2s"), 2000ms);
    EXPECT_EQ(parse_stagger("500ms"), 500ms);
    EXPECT_EQ(parse_stagger("2s/chassis"), 2000ms);
    EXPECT_EQ(parse_stagger("250ms/chassis"), 250ms);
    EXPECT_EQ(parse_stagger("0"), 0ms);
    EXPECT_EQ(parse_stagger("3600"), 3600s);
}

}  // namespace
}  // namespace dim::tool
