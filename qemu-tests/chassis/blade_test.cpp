#include "qemu-tests/chassis/blade.hpp"

#include <gtest/gtest.h>

namespace dim::chassis {
namespace {

TEST(Blade, WhatIsNoBayIsRefused) {
    for (const char* text : {"", "1", "0=js20", "15=js20", "1=js22", "1=js20,of", "1=empty,on",
                             "1=js20,mac=00:0d", "14=js21,wide", "1=js20,on=1", "x=js20"})
        EXPECT_FALSE(parse_bay(text)) << text;
}

TEST(Blade, IsWhatAPersonSays) {
    const auto empty = parse_bay("5=empty");
    ASSERT_TRUE(empty);
    EXPECT_FALSE(empty->blade);
    const auto bay = parse_bay("4=js21,on,wide,range,mac=00:0d:60:1e:81:ff,name=db 1");
    ASSERT_TRUE(bay && bay->blade);
    EXPECT_EQ(bay->bay, 4);
    EXPECT_EQ(bay->blade->kind, BladeKind::js21);
    EXPECT_TRUE(bay->blade->is_on && bay->blade->is_wide && bay->blade->is_range);
    EXPECT_EQ(bay->blade->name, "db 1");
    EXPECT_EQ(mac_text(*bay->blade, 0), "00:0d:60:1e:81:ff");
    EXPECT_NE(parse_bay("1=js20")->blade->mac, parse_bay("2=js20")->blade->mac);
}

}  // namespace
}  // namespace dim::chassis
