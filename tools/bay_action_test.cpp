#include "tools/bay_action.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What the actions do is in tools/chassis_daemon_test.cpp, against an emulated chassis.
namespace dim::tool {
namespace {

using Words = std::vector<std::string>;

TEST(BayAction, OtherWordsAreWrongUsage) {
    for (const Words& words : {Words{"pwer", "on"}, Words{"nmi", "now"}, Words{"sol"},
                               Words{"mac", "1"}, Words{"led", "green"}, Words{"name", "a", "b"}}) {
        const auto refused = parse_bay_action(words);
        ASSERT_FALSE(refused) << ::testing::PrintToString(words);
        EXPECT_EQ(refused.error().exit_code, ExitCode::usage);
    }
    EXPECT_THAT(parse_bay_action({"sol", "up"}).error().cause.cure(),
                ::testing::HasSubstr("power on|off"));
}

TEST(BayAction, WhatInterruptsABladeIsKnown) {
    EXPECT_NE(parse_bay_action({"nmi"}).value().interruption, "");
    for (const Words& words : {Words{"mac"}, Words{"vpd"}, Words{"health"}, Words{"led"},
                               Words{"led", "blink"}, Words{"name"}, Words{"name", "x"}})
        EXPECT_EQ(parse_bay_action(words).value().interruption, "");
}

}  // namespace
}  // namespace dim::tool
