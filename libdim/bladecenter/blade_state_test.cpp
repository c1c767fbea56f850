#include "libdim/bladecenter/blade_state.hpp"

#include <gtest/gtest.h>

namespace dim::bladecenter {
namespace {

TEST(BladeState, NumbersThatTheMibDoesNotHaveAreRefused) {
    for (const std::int32_t number : {-1, 2, 5, 255})
        EXPECT_FALSE(power_state_of(number)) << number;
    EXPECT_FALSE(health_of(12));
    EXPECT_FALSE(led_of(3));
    EXPECT_FALSE(chassis_health_of(1));
    EXPECT_FALSE(blower_state_of(4));
    EXPECT_FALSE(power_module_state_of(5));
    EXPECT_FALSE(power_module_state_of(-1));
    EXPECT_FALSE(parse_led("blinking"));
    EXPECT_EQ(power_state_of(7).error().message(),
              "the management module tells a power state that DIM does not know: 7");
}

TEST(BladeState, BootSequences) {
    EXPECT_EQ(to_string(parse_boot_sequence("network,hd0").value()), "network,hd0");
    EXPECT_EQ(parse_boot_sequence("hd1").value(),
              (BootSequence{BootDevice::hard_disk_1, BootDevice::none, BootDevice::none,
                            BootDevice::none}));
    EXPECT_EQ(to_string(BootSequence{}), "none");
    for (const char* wrong : {"", "network,", "network,network", "hd4", "none", "n/a",
                              "network,hd0,hd1,hd2,hd3", "network hd0"})
        EXPECT_FALSE(parse_boot_sequence(wrong)) << wrong;
    EXPECT_FALSE(boot_device_of(9));
    EXPECT_EQ(to_string(sol_of(2).value()), "active");
    EXPECT_FALSE(sol_of(3));
}

TEST(BladeState, NumbersOfTheMib) {
    EXPECT_EQ(to_string(power_state_of(0).value()), "off");
    EXPECT_EQ(to_string(power_state_of(1).value()), "on");
    EXPECT_EQ(to_string(power_state_of(4).value()), "hibernate");
    EXPECT_EQ(to_string(health_of(1).value()), "good");
    EXPECT_EQ(to_string(health_of(11).value()), "power denied");
    EXPECT_EQ(to_string(chassis_health_of(255).value()), "normal");
    EXPECT_EQ(to_string(blower_state_of(3).value()), "bad");
    EXPECT_EQ(to_string(power_module_state_of(2).value()), "warning");
    EXPECT_EQ(to_string(power_module_state_of(3).value()), "not available");
    EXPECT_EQ(to_string(power_module_state_of(4).value()), "critical");
    for (const Led led : {Led::off, Led::on, Led::blinking})
        EXPECT_EQ(parse_led(to_string(led)), led);
}

}  // namespace
}  // namespace dim::bladecenter
