#include "libdim/cluster/definition/blade_power.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using ::testing::HasSubstr;

/// Two blades with a BMC each; PROPERTIES are those of the first.
Result<BladePower> power(const std::string& properties, const char* network_role = "management") {
    const std::string xml = std::string(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <network name="bmcs" role=")") +
                            network_role + R"(" address="10.200.0.0/16"/>
  <component name="server" role="server">
    <interface network="bootnet" device="eth1" address="10.1.0.1"/>
  </component>
  <level name="node" symbol="n" last="2">
    <component name="blade" role="blade" type="js20" server="server">
      <interface network="bootnet" address="10.1.1.{node}"/>
      <interface network="bmcs" address="10.200.1.{node}"/>
    </component>
  </level>
  <set for="n1">)" + properties +
                            "</set></cluster>";
    const auto parsed = parse_cluster(xml, "cluster.xml");
    EXPECT_TRUE(parsed) << to_string(parsed.error());
    return power_of(*parsed, *find_blade(*parsed, *model::ComponentName::parse("n1")));
}

std::string property(const std::string& name, const std::string& value) {
    return "<property name=\"" + name + "\" value=\"" + value + "\"/>";
}

TEST(BladePower, WrongPropertiesAreToldByNameAndBlade) {
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"power", "snmp"},
                                                          {"power-address", "bmc1"},
                                                          {"power-port", "0"},
                                                          {"power-port", "65536"},
                                                          {"power-command", "fence_x"},
                                                          {"power-seconds", "3601"},
                                                          {"console-command", "screen"},
                                                          {"ipmi-cipher-suite", "18"}}) {
        const auto wrong = power(property(name, value));
        ASSERT_FALSE(wrong) << name;
        EXPECT_EQ(wrong.error().code(), ErrorCode::invalid_input);
        EXPECT_THAT(wrong.error().message(), HasSubstr("property " + name + " of n1"));
    }
}

TEST(BladePower, WhatAKindNeedsMustBeThere) {
    EXPECT_EQ(power(property("power", "exec")).error().code(), ErrorCode::not_found);
    const auto bmc = power(property("power", "ipmi"), "usernet");
    ASSERT_FALSE(bmc);
    EXPECT_THAT(bmc.error().cure(), HasSubstr("power-address"));
}

TEST(BladePower, IsThatOfABladeCenterUnlessSaid) {
    const auto plain = power(property("rack", "A3")).value();
    EXPECT_EQ(plain.kind, PowerKind::bladecenter);
    EXPECT_EQ(plain.command, std::nullopt);
}

TEST(BladePower, ABmcIsFoundOnTheManagementNetworkUnlessItsAddressIsSaid) {
    const auto near = power(property("power", "ipmi") + property("ipmi-cipher-suite", "3") +
                            property("credentials", "/etc/dim/bmc.key"))
                          .value();
    EXPECT_EQ(near.kind, PowerKind::ipmi);
    EXPECT_EQ(to_string(near.address.value()), "10.200.1.1");
    EXPECT_EQ(near.cipher_suite, 3);
    EXPECT_EQ(near.credentials, "/etc/dim/bmc.key");
    const auto said = power(property("power", "ipmi") + property("power-address", "10.9.9.9") +
                            property("power-port", "1623"))
                          .value();
    EXPECT_EQ(to_string(said.address.value()), "10.9.9.9");
    EXPECT_EQ(said.port, 1623);
}

TEST(BladePower, AProgramIsNamedByItsPath) {
    const auto exec =
        power(property("power", "exec") + property("power-command", "/etc/dim/power") +
              property("power-seconds", "5") + property("console-command", "/etc/dim/console"))
            .value();
    EXPECT_EQ(exec.kind, PowerKind::exec);
    EXPECT_EQ(exec.command, "/etc/dim/power");
    EXPECT_EQ(exec.seconds, 5);
    EXPECT_EQ(exec.console, "/etc/dim/console");
}

}  // namespace
}  // namespace dim::cluster
