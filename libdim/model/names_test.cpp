#include "libdim/model/names.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(ComponentName, RefusesWhatNoHostMayBeCalled) {
    for (const std::string& text : {std::string(), std::string("-a"), std::string("a-"),
                                    std::string("S01"), std::string("a.b"), std::string("a/b"),
                                    std::string(".."), std::string("a b"), std::string(64, 'a')}) {
        EXPECT_FALSE(ComponentName::parse(text)) << text;
    }
    EXPECT_TRUE(ComponentName::parse(std::string(63, 'a')));
}

TEST(ComponentName, ErrorsSayWhichKindOfName) {
    EXPECT_TRUE(ImageName::parse("../x").error().message().contains("image name"));
    EXPECT_TRUE(ComponentName::parse("../x").error().message().contains("component name"));
}

TEST(ComponentName, RoundTrips) {
    EXPECT_EQ(to_string(*ComponentName::parse("s01c1b01")), "s01c1b01");
}

TEST(Generation, StartsAtOne) {
    EXPECT_FALSE(Generation::from_number(0));
    EXPECT_EQ(to_string(*Generation::from_number(17)), "17");
}

}  // namespace
}  // namespace dim::model
