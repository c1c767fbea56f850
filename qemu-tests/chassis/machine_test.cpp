#include "qemu-tests/chassis/machine.hpp"

#include <gmock/gmock.h>

namespace dim::chassis {
namespace {

using ::testing::Contains;
using ::testing::Not;

constexpr const char* kMachine =
    R"({"arguments": ["qemu", "-device", "nic,mac={mac}"], "types": " ",
        "boot": {"network": ["-net"], "hd0": ["-disk"]}, "console": "/c", "log": "/l"})";

TEST(Machine, WhatIsNoneIsRefused) {
    for (const char* text :
         {"", "[]", "{}", R"({"arguments": []})", R"({"arguments": ["qemu"]})",
          R"({"arguments": "{mac}"})", R"({"arguments": ["{mac}", 1]})",
          R"({"arguments": ["{mac}"], "types": 1})", R"({"arguments": ["{mac}"], "disk": "x"})",
          R"({"arguments": ["{mac}"], "boot": {"tape": ["x"]}})",
          R"({"arguments": ["{mac}"], "boot": ["x"]})"})
        EXPECT_FALSE(parse_machine(text)) << text;
}

TEST(Machine, HasTheAddressAndTheBootDeviceOfTheBlade) {
    const auto machine = parse_machine(kMachine);
    ASSERT_TRUE(machine);
    Blade blade;
    blade.mac = {0x00, 0x0d, 0x60, 0x1e, 0x81, 0x1a};
    blade.boot_sequence = {2, 7, 3, 0};  // it has no CD
    EXPECT_THAT(command_of(*machine, blade), Contains("nic,mac=00:0d:60:1e:81:1a"));
    EXPECT_THAT(command_of(*machine, blade), Contains("-net"));
    EXPECT_THAT(command_of(*machine, blade), Not(Contains("-disk")));
    blade.boot_sequence = {3, 7, 0, 0};
    EXPECT_THAT(command_of(*machine, blade), Contains("-disk"));
    EXPECT_THAT(command_of(*machine, blade), Not(Contains("-net")));
    blade.boot_sequence = {2, 0, 0, 0};
    EXPECT_THAT(command_of(*machine, blade), Not(Contains("-net")));
    EXPECT_EQ(machine->types, " ");
    EXPECT_EQ(machine->console, "/c");
    EXPECT_EQ(machine->log, "/l");
}

}  // namespace
}  // namespace dim::chassis
