#include "initagent/network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using ::testing::HasSubstr;

model::Ipv4Address address(std::string_view text) { return *model::Ipv4Address::parse(text); }

BootEnvironment environment_with(std::optional<BootpReply> bootp) {
    BootEnvironment environment;
    environment.bootp = std::move(bootp);
    return environment;
}

BootpReply reply() {
    BootpReply bootp;
    bootp.client_address = address("10.1.0.11");
    bootp.next_server = address("10.1.0.1");
    bootp.netmask = address("255.255.255.0");
    return bootp;
}

InterfaceCandidate interface(std::optional<sys::InterfaceAddress> configured = {}) {
    InterfaceCandidate candidate;
    candidate.interface.name = "eth0";
    candidate.address = configured;
    return candidate;
}

TEST(PlanNetwork, SaysThatTheServerIsMissing) {
    BootpReply bootp = reply();
    bootp.next_server = model::Ipv4Address();
    const auto plan = plan_network(environment_with(bootp), interface());
    ASSERT_FALSE(plan);
    EXPECT_THAT(plan.error().cure(), HasSubstr("dim.server="));
}

TEST(PlanNetwork, SaysThatTheAddressIsMissing) {
    BootEnvironment environment;
    environment.settings.server = address("10.1.0.1");
    const auto plan = plan_network(environment, interface());
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().message(), "eth0 has no address");
    EXPECT_THAT(plan.error().cure(), HasSubstr("ip=dhcp"));
}

TEST(PlanNetwork, RefusesAnAnswerThatMakesNoSense) {
    BootpReply bootp = reply();
    bootp.netmask = address("255.0.255.0");
    EXPECT_FALSE(plan_network(environment_with(bootp), interface()));
    bootp = reply();
    bootp.client_address = address("10.1.0.255");
    EXPECT_THAT(plan_network(environment_with(bootp), interface()).error().message(),
                HasSubstr("10.1.0.255 is no host of 10.1.0.0/24"));
}

TEST(PlanNetwork, PrefersTheServerOfTheCommandLine) {
    BootpReply bootp = reply();
    bootp.server_identifier = address("10.1.0.3");
    BootEnvironment environment = environment_with(bootp);
    environment.kernel_server = address("10.1.0.4");
    EXPECT_EQ(plan_network(environment, interface())->server, address("10.1.0.1"));
    environment.bootp->next_server = model::Ipv4Address();
    EXPECT_EQ(plan_network(environment, interface())->server, address("10.1.0.3"));
    environment.bootp->server_identifier.reset();
    EXPECT_EQ(plan_network(environment, interface())->server, address("10.1.0.4"));
    environment.settings.server = address("10.1.0.2");
    EXPECT_EQ(plan_network(environment, interface())->server, address("10.1.0.2"));
}

TEST(PlanNetwork, TakesTheRouterOnlyIfItIsThere) {
    BootpReply bootp = reply();
    bootp.router = address("10.2.0.1");
    EXPECT_EQ(plan_network(environment_with(bootp), interface())->router, std::nullopt);
    bootp.router = address("10.1.0.254");
    EXPECT_EQ(plan_network(environment_with(bootp), interface())->router, bootp.router);
}

TEST(PlanNetwork, GuessesTheNetmaskByClass) {
    BootpReply bootp = reply();
    bootp.netmask.reset();
    EXPECT_EQ(plan_network(environment_with(bootp), interface())->prefix_length, 8);
    bootp.client_address = address("172.16.0.1");
    EXPECT_EQ(plan_network(environment_with(bootp), interface())->prefix_length, 16);
    bootp.client_address = address("192.168.0.1");
    EXPECT_EQ(plan_network(environment_with(bootp), interface())->prefix_length, 24);
}

TEST(PlanNetwork, TakesWhatTheKernelConfigured) {
    BootEnvironment environment;
    environment.kernel_server = address("10.1.0.1");
    const auto plan = plan_network(
        environment, interface(sys::InterfaceAddress{2, address("10.1.0.12").value(), 24}));
    ASSERT_TRUE(plan);
    EXPECT_EQ(*plan, (NetworkPlan{address("10.1.0.12"), 24, std::nullopt, address("10.1.0.1")}));
}

}  // namespace
}  // namespace dim::agent
