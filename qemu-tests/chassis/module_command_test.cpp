#include "qemu-tests/chassis/module_command.hpp"

#include <gmock/gmock.h>

namespace dim::chassis {
namespace {

using ::testing::HasSubstr;

class ModuleCommand : public ::testing::Test {
protected:
    ModuleCommand() {
        for (const char* bay : {"1=js20", "3=js21,on"})
            chassis.put(*parse_bay(bay));
    }
    std::string say(std::string_view line) {
        return run_module_command(line, target, chassis).text;
    }
    Chassis chassis{[](const std::string&) {}};
    int target = 0;
};

TEST_F(ModuleCommand, WhatItIsNotAboutIsTold) {
    EXPECT_EQ(say("dance"), "Command not recognized\r\n");
    EXPECT_EQ(say("console"), "The command is not supported for the target.\r\n");
    for (const char* target : {"blade", "blade[x]", "blade[0]", "blade[3]x", "mm[1]"})
        EXPECT_EQ(say("env -T " + std::string(target)), "Invalid target path\r\n") << target;
    EXPECT_EQ(say("env -T system:blade[15]"), "The target bay is out of range.\r\n");
    EXPECT_EQ(say("console -T blade[2]"), "The target bay is empty.\r\n");
    EXPECT_EQ(say("power -T blade[1] -sideways"), "Invalid option\r\n");
    EXPECT_EQ(say("console -T blade[1]"), "SOL is not ready\r\n");
    chassis.at(3)->has_sol_session = true;
    EXPECT_EQ(say("console -T blade[3]"), "SOL session is already active\r\n");
    chassis.at(3)->has_sol = false;
    EXPECT_EQ(say("console -T blade[3]"), "SOL on blade is not enabled\r\n");
    EXPECT_EQ(target, 0);
}

TEST_F(ModuleCommand, BladesAreListedSwitchedAndReached) {
    EXPECT_THAT(say("list -l 2"), HasSubstr("    blade[3]     SN#ZJ1R103\r\n"));
    EXPECT_EQ(say("env -T system:blade[1]"), "OK\r\n");
    EXPECT_EQ(module_prompt(target), "system:blade[1]> ");
    EXPECT_EQ(say("power -state"), "Off\r\n");
    EXPECT_EQ(say("power -on"), "OK\r\n");
    EXPECT_EQ(say("power -state"), "On\r\n");
    EXPECT_EQ(say("power -off -T blade[3]"), "OK\r\n");
    EXPECT_FALSE(chassis.at(3)->is_on);
    EXPECT_EQ(run_module_command("console", target, chassis).console_bay, 1);
    chassis.at(1)->has_sol_session = true;
    EXPECT_EQ(run_module_command("console -o", target, chassis).console_bay, 1);
    EXPECT_EQ(say("env -T system"), "OK\r\n");
    EXPECT_EQ(module_prompt(target), "system> ");
    EXPECT_EQ(say(""), "");
    EXPECT_TRUE(run_module_command("exit", target, chassis).is_over);
}

}  // namespace
}  // namespace dim::chassis
