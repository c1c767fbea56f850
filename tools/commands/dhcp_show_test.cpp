#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

api::DhcpHost host(const std::string& blade, const std::string& mac) {
    return {*model::ComponentName::parse(blade),
            *model::MacAddress::parse(mac),
            *model::Ipv4Address::parse("10.1.1.11"),
            {},
            "granite/zImage"};
}

TEST(DhcpShowCommand, ARangeLeavesTheRestOut) {
    FakeDaemon daemon;
    EXPECT_EQ(run_command(daemon, {"dhcp", "show"}).code, ExitCode::failed);
    daemon.prepare("GET /v1/dhcp",
                   to_json(api::DhcpHostList{{host("s01c1b01", "52:54:00:00:00:01"),
                                              host("s01c1b02", "52:54:00:00:00:02")}}));
    EXPECT_THAT(run_command(daemon, {"dhcp", "show"}).output, HasSubstr("s01c1b01"));
    daemon.prepare("POST /v1/names", blade_names({"s01c1b02"}));
    const CommandEnd end = run_command(daemon, {"dhcp", "show", "b2", "--json"});
    EXPECT_EQ(end.code, ExitCode::ok);
    EXPECT_THAT(end.output, HasSubstr("s01c1b02"));
    EXPECT_THAT(end.output, Not(HasSubstr("s01c1b01")));
}

TEST(DhcpShowCommand, BladesOfAnotherServerAreNoEmptyTable) {
    FakeDaemon daemon;
    daemon.prepare("GET /v1/dhcp",
                   to_json(api::DhcpHostList{{host("s01c1b01", "52:54:00:00:00:01")}}));
    daemon.prepare("POST /v1/names", blade_names({"s02c1b01"}));
    const CommandEnd end = run_command(daemon, {"dhcp", "show", "s02c1b01"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("knows none of these blades"));
    EXPECT_THAT(end.errors, HasSubstr("dim blade show s02c1b01"));
}

TEST(DhcpShowCommand, AnExclusionFollowsTwoDashes) {
    FakeDaemon daemon;
    daemon.prepare("GET /v1/dhcp",
                   to_json(api::DhcpHostList{{host("s01c1b02", "52:54:00:00:00:02")}}));
    daemon.prepare("POST /v1/names", blade_names({"s01c1b02"}));
    EXPECT_EQ(run_command(daemon, {"dhcp", "show", "s01", "-s01c1b03"}).code, ExitCode::usage);
    EXPECT_EQ(run_command(daemon, {"dhcp", "show", "s01", "--", "-s01c1b03", "s02"}).code,
              ExitCode::ok);
    EXPECT_THAT(daemon.requests(), Contains(HasSubstr(R"("range":"s01,-s01c1b03,s02")")));
    run_command(daemon, {"dhcp", "assign", "s01", "--", "-s01c1b03", "granite"});
    EXPECT_EQ(daemon.requests().back(),
              R"(PUT /v1/assignments {"image":"granite","blades":["s01c1b02"]})");
}

}  // namespace
}  // namespace dim::tool
