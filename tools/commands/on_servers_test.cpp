#include "libdim/api/server_messages.hpp"
#include "tools/on_servers.hpp"
#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Strings = std::vector<std::string>;

/// s01 is here, s02 has joined it.
struct OnServers : ::testing::Test {
    OnServers() {
        api::ServerList list;
        for (const char* name : {"s01", "s02", "s03"})
            list.servers.push_back({.name = *model::ComponentName::parse(name),
                                    .state = "alone",
                                    .endpoint = {},
                                    .joined = {}});
        list.servers[0].state = "here";
        list.servers[1].state = "member";
        daemon.prepare("GET /v1/servers", to_json(list));
        daemon.prepare("GET /v1/cluster",
                       to_json(api::ClusterRevision{.number = 7,
                                                    .time = *model::Timestamp::from_microseconds(1),
                                                    .origin = "x",
                                                    .sha256 = "ab",
                                                    .blades = 7,
                                                    .is_in_force = true,
                                                    .xml = std::string(sample::kClusterXml)}));
    }
    FakeDaemon daemon;
};

TEST_F(OnServers, AllAreTheOneHereAndItsMembers) {
    const auto all = servers_on(daemon.context(), "all");
    ASSERT_TRUE(all);
    EXPECT_EQ(all->size(), 2U);
    EXPECT_TRUE(all->at(0).is_here);
    EXPECT_EQ(to_string(all->at(1).name), "s02");
    EXPECT_FALSE(all->at(1).is_here);
}

TEST_F(OnServers, WhatIsNoMemberIsNamed) {
    EXPECT_EQ(servers_on(daemon.context(), "s02")->size(), 1U);
    EXPECT_EQ(servers_on(daemon.context(), "s[").error().exit_code, ExitCode::usage);
    EXPECT_FALSE(servers_on(daemon.context(), "s01c1b01"));
}

TEST_F(OnServers, TheOneHereIsAskedAsAlways) {
    daemon.prepare("GET /v1/images", R"({"images":[]})");
    EXPECT_EQ(run_command(daemon, {"--on", "s01", "image", "list"}).code, ExitCode::ok);
    EXPECT_EQ(daemon.requests().back(), "GET /v1/images");
}

TEST_F(OnServers, ChangesOfSeveralAreAskedFor) {
    const CommandEnd end = run_command(daemon, {"--on", "all", "dhcp", "assign", "all", "granite"});
    EXPECT_EQ(end.code, ExitCode::not_confirmed);
    EXPECT_THAT(end.errors, HasSubstr("would run 'dim dhcp assign' on s01, s02"));
}

TEST_F(OnServers, AFileNeedsNoServer) {
    const CommandEnd end =
        run_command(daemon, {"--on", "s02", "--cluster", "x.xml", "cluster", "check"});
    EXPECT_EQ(end.code, ExitCode::usage);
    EXPECT_THAT(daemon.requests(), IsEmpty());
}

TEST(WithoutDaemon, LeavesWhatIsNotOurs) {
    EXPECT_EQ(without_daemon({"--on", "all", "--socket", "/run/x", "--json", "b1"}),
              (Strings{"--json", "b1"}));
    EXPECT_EQ(without_daemon({"b1", "--on=all", "x"}), (Strings{"b1", "x"}));
    EXPECT_EQ(without_daemon({"b1", "--", "--on", "all"}), (Strings{"b1", "--", "--on", "all"}));
    EXPECT_EQ(without_daemon({"--on"}), Strings());
}

}  // namespace
}  // namespace dim::tool
