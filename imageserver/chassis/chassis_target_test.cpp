#include "imageserver/chassis/chassis_target.hpp"
#include "imageserver/chassis/sample_chassis.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(ChassisTarget, IsEveryModuleWithBladesOfOursAndCredentials) {
    const auto definition = samples::chassis_definition("/etc/dim/mm.key", 1161);
    const auto targets = chassis_targets(definition, samples::name("s01"));
    ASSERT_EQ(targets.size(), 1u) << "s01c2mm has no credentials";
    EXPECT_EQ(targets[0].module.name, samples::name("s01c1mm"));
    EXPECT_EQ(targets[0].module.settings.agent,
              snmp::AgentAddress::parse("127.0.0.2:1161").value());
    EXPECT_EQ(targets[0].module.credentials, "/etc/dim/mm.key");
    ASSERT_EQ(targets[0].blades.size(), 14u);
    EXPECT_EQ(targets[0].blades.at(3), samples::name("s01c1b03"));
    EXPECT_TRUE(chassis_targets(definition, samples::name("s02")).empty());
}

TEST(ChassisTarget, ABayOfTwoBladesIsOfNeither) {
    auto definition = samples::chassis_definition("/etc/dim/mm.key", 161);
    for (auto& blade : definition.blades)
        if (blade.name == samples::name("s01c1b03")) blade.properties.push_back({"bay", "4"});
    const auto targets = chassis_targets(definition, samples::name("s01"));
    ASSERT_EQ(targets.size(), 1u);
    EXPECT_EQ(targets[0].blades.size(), 12u);
    EXPECT_FALSE(targets[0].blades.contains(4));
}

TEST(ChassisTarget, WaitsNoLongerThanTheDaemonMay) {
    auto definition = samples::chassis_definition("/etc/dim/mm.key", 161);
    for (auto& module : definition.components) {
        module.properties.push_back({"snmp-retries", "9"});
        module.properties.push_back({"snmp-timeout", "60000"});
    }
    const auto targets = chassis_targets(definition, samples::name("s01"));
    ASSERT_FALSE(targets.empty());
    EXPECT_EQ(targets[0].module.settings.timeout, kLongestAnswer);
    EXPECT_EQ(targets[0].module.settings.retries, kMostRetries);
}

}  // namespace
}  // namespace dim::server
