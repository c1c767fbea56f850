#include "initagent/agent_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

AgentSettings settings_of(std::string_view text) {
    return agent_settings(*parse_command_line(text));
}

TEST(AgentSettings, WarnsOfWhatItDoesNotUnderstandAndGoesOn) {
    const AgentSettings settings = settings_of(
        "dim.sever=10.1.0.1 dim.server=10.1.0.300 dim.server=10.1.0.1:0 dim.retries=-1 dim.log "
        "dim.server-name=IS_01 dim.ca=ca.pem dim.on-failure=halt dim.retry-max-seconds=0 "
        "dim.log=loud dim.retries=2");
    AgentSettings expected;
    expected.retries = 2;
    expected.warnings = settings.warnings;
    EXPECT_EQ(settings, expected);
    EXPECT_EQ(settings.warnings.size(), 10U);
    EXPECT_THAT(settings.warnings[0], AllOf(HasSubstr("dim.sever=10.1.0.1"), HasSubstr("no such")));
}

TEST(AgentSettings, BoundsItsWarnings) {
    std::string text;
    for (int word = 0; word < 100; ++word)
        text += "dim.x" + std::to_string(word) + " ";
    EXPECT_EQ(settings_of(text).warnings.size(), 16U);
}

TEST(AgentSettings, MakesWarningsFitToPrint) {
    EXPECT_THAT(settings_of("dim.\x1b[2J=1").warnings, ElementsAre(HasSubstr("dim.?[2J=1")));
}

TEST(AgentSettings, LeavesOtherPeoplesWordsAlone) {
    EXPECT_EQ(settings_of("quiet console=hvc0 ip=dhcp dimmer=1"), AgentSettings());
}

TEST(AgentSettings, ReadsEveryWord) {
    const AgentSettings settings = settings_of(
        "dim.server=10.1.0.1:7000 dim.server-name=is01.cluster dim.ca=/etc/ca.pem dim.retries=5 "
        "dim.retry-max-seconds=60 dim.on-failure=shell dim.log=debug");
    EXPECT_EQ(settings.server, *model::Ipv4Address::parse("10.1.0.1"));
    EXPECT_EQ(settings.port, 7000);
    EXPECT_EQ(settings.server_name, "is01.cluster");
    EXPECT_EQ(settings.authority_path, "/etc/ca.pem");
    EXPECT_EQ(settings.retries, 5U);
    EXPECT_EQ(settings.longest_delay, std::chrono::seconds(60));
    EXPECT_EQ(settings.on_failure, OnFailure::shell);
    EXPECT_TRUE(settings.is_debug);
    EXPECT_THAT(settings.warnings, ElementsAre());
}

TEST(AgentSettings, TakesTheBootLoadersWordForThePort) {
    EXPECT_EQ(settings_of("BOOTIF=01-52-54-00-AB-01-01").boot_interface,
              *model::MacAddress::parse("52:54:00:ab:01:01"));
    for (const char* text : {"BOOTIF", "BOOTIF=20-52-54-00-AB-01-01", "BOOTIF=01-52-54-00-AB-01",
                             "BOOTIF=52:54:00:ab:01:01", "BOOTIF="}) {
        EXPECT_EQ(settings_of(text).boot_interface, std::nullopt) << text;
        EXPECT_THAT(settings_of(text).warnings, ElementsAre(HasSubstr("BOOTIF"))) << text;
    }
}

TEST(AgentSettings, ReadsWhatTheBootNetworkRunsOver) {
    const AgentSettings settings = settings_of("dim.vlan=30 dim.bond=802.3ad,eth0,eth1");
    EXPECT_EQ(settings.vlan, *model::VlanId::parse("30"));
    EXPECT_EQ(settings.bond, *model::Bond::parse("802.3ad,eth0,eth1"));
    EXPECT_EQ(settings.wrong_network, std::nullopt);
}

TEST(AgentSettings, TakesNoOtherNetworkForOneThatItDoesNotUnderstand) {
    for (const char* text : {"dim.vlan", "dim.vlan=", "dim.vlan=4095", "dim.vlan=5000 dim.vlan=5",
                             "dim.bond", "dim.bond=", "dim.bond=lacp", "dim.bond=bond0:eth0"}) {
        const AgentSettings settings = settings_of(text);
        ASSERT_TRUE(settings.wrong_network) << text;
        EXPECT_THAT(*settings.wrong_network, HasSubstr("kernel command line: dim.")) << text;
    }
    EXPECT_THAT(*settings_of("dim.vlan=4095").wrong_network,
                HasSubstr("dim.vlan=4095: '4095' is not a number from 1 to 4094"));
}

TEST(AgentSettings, LetsTheLastOfEqualWordsCount) {
    EXPECT_EQ(settings_of("dim.retries=5 dim.retries=0").retries, std::nullopt);
    EXPECT_EQ(settings_of("dim.on-failure=shell dim.on-failure=reboot").on_failure,
              OnFailure::reboot);
}

}  // namespace
}  // namespace dim::agent
