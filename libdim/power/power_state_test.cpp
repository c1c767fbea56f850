#include "libdim/power/power_state.hpp"

#include <gtest/gtest.h>

namespace dim::power {
namespace {

TEST(PowerAction, OtherWordsAreRefused) {
    for (const char* wrong : {"", "up", "ON", "soft-off", "state"})
        EXPECT_EQ(parse_power_action(wrong).error().code(), ErrorCode::invalid_input) << wrong;
}

TEST(PowerAction, EachWordIsItsOwn) {
    EXPECT_EQ(parse_power_action("on"), PowerAction::on);
    EXPECT_EQ(parse_power_action("off"), PowerAction::off);
    EXPECT_EQ(parse_power_action("softoff"), PowerAction::soft_off);
    EXPECT_EQ(parse_power_action("cycle"), PowerAction::cycle);
    EXPECT_EQ(parse_power_action("reset"), PowerAction::reset);
    EXPECT_EQ(to_string(PowerCommand::soft_off), "softoff");
    EXPECT_EQ(to_string(PowerState::standby), "standby");
}

}  // namespace
}  // namespace dim::power
