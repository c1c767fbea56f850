#include "libdim/model/vlan.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(VlanId, RefusesWhatIsNone) {
    for (const char* text : {"", "0", "4095", "65566", "-1", "+1", " 1", "1 ", "0x1e", "eth0"})
        EXPECT_FALSE(VlanId::parse(text)) << text;
    EXPECT_FALSE(VlanId::from_number(0));
    EXPECT_FALSE(VlanId::from_number(4095));
}

TEST(VlanId, ReadsAndPrints) {
    for (const char* text : {"1", "30", "4094"})
        EXPECT_EQ(to_string(*VlanId::parse(text)), text);
    EXPECT_EQ(*VlanId::from_number(30), *VlanId::parse("30"));
}

}  // namespace
}  // namespace dim::model
