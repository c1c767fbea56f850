#include "libdim/api/message_samples.hpp"
#include "libdim/api/server_messages.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/blade_selection.hpp"
#include "tools/on_servers.hpp"
#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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
        daemon.prepare_cluster(std::string(sample::kClusterXml));
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

std::string served(const std::vector<std::pair<std::string, std::string>>& blades) {
    api::NameList list;
    for (const auto& [blade, server] : blades) {
        const auto name = *model::ComponentName::parse(blade);
        list.names.push_back({name, name, "blade", *model::ComponentName::parse(server), {}});
    }
    return to_json(list);
}

TEST_F(OnServers, ARangeIsSplitByServer) {
    daemon.prepare("POST /v1/names", served({{"s01c1b01", "s01"}, {"s02c1b02", "s02"}}));
    const CommandEnd asked = run_command(daemon, {"dhcp", "assign", "all,s02c1b02", "granite"});
    EXPECT_EQ(asked.code, ExitCode::not_confirmed);
    EXPECT_THAT(asked.errors, HasSubstr("would run 'dim dhcp assign' on s01, s02"));
    Context context = daemon.context();
    context.splits = true;
    const auto split = BladeSelection{{"all,s02c1b02"}}.resolve(context);
    ASSERT_FALSE(split);
    EXPECT_EQ(split.error().shares,
              (std::vector<NamedServer>{{*model::ComponentName::parse("s01"), true, "s01c1b01"},
                                        {*model::ComponentName::parse("s02"), false, "s02c1b02"}}));
}

TEST_F(OnServers, AServersShareIsWhatWasFoundForIt) {
    daemon.prepare("POST /v1/names", served({{"s01c1b01", "s01"}, {"s02c1b02", "s02"}}));
    daemon.prepare("POST /v1/names {\"range\":\"s01c1b01\",\"role\":\"blade\"}",
                   served({{"s01c1b01", "s01"}}));
    daemon.prepare("PUT /v1/assignments", "{\"done\":\"assigned\"}\n");
    const CommandEnd end = run_command(
        daemon, {"--here", "--blades", "s01c1b01", "dhcp", "assign", "all,s02c1b02", "granite"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_EQ(daemon.requests().back(),
              R"(PUT /v1/assignments {"image":"granite","blades":["s01c1b01"]})");
}

TEST_F(OnServers, ABladeOfAServerThatHasNotJoinedIsNoMatterForAnybody) {
    daemon.prepare("POST /v1/names", served({{"s01c1b01", "s01"}, {"s03c1b02", "s03"}}));
    const CommandEnd end = run_command(daemon, {"dhcp", "assign", "s[1-3]", "granite", "--yes"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.errors,
              "dim: s03c1b02 is served by s03, which has not joined this server; nothing was done\n"
              "     run the command on s03, or have it join: 'dim server token s03'\n");
}

TEST_F(OnServers, ServersThatNobodyHasJoinedSplitNothing) {
    daemon.prepare("GET /v1/servers", to_json(api::ServerList{}));
    daemon.prepare("POST /v1/names", served({{"s01c1b01", "s01"}, {"s03c1b02", "s03"}}));
    daemon.prepare("PUT /v1/assignments", Error(ErrorCode::not_found, "it is served by s03"));
    const CommandEnd end = run_command(daemon, {"dhcp", "assign", "s[1-3]", "granite"});
    EXPECT_EQ(end.errors, "dim: it is served by s03\n");
}

std::string status_of(const std::string& server) {
    const auto now = *model::Timestamp::from_microseconds(1);
    return to_json(api::ClusterStatus{.server = *model::ComponentName::parse(server),
                                      .version = "0.1.0",
                                      .now = now,
                                      .since = now,
                                      .blades = {},
                                      .services = {},
                                      .alerts = {}});
}

TEST_F(OnServers, StatusIsTheWholeClusters) {
    daemon.prepare("GET /v1/status", status_of("s01"));
    daemon.prepare("GET /v1/servers/s02/status",
                   to_json(api::MemberAnswer{.server = *model::ComponentName::parse("s02"),
                                             .answer = status_of("s02")}));
    const CommandEnd end = run_command(daemon, {"status"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(end.output, HasSubstr("s01: "));
    EXPECT_THAT(end.output, HasSubstr("\ns02: "));
    const CommandEnd json = run_command(daemon, {"--json", "status"});
    EXPECT_THAT(json.output, HasSubstr("{\"server\":\"s02\",\"line\":{\"server\":\"s02\""));
    const CommandEnd here = run_command(daemon, {"--here", "status"});
    EXPECT_THAT(here.output, Not(HasSubstr("s02")));
}

TEST_F(OnServers, WhoDoesNotAnswerIsShownAsItWas) {
    const auto problem = api::to_problem(Error(ErrorCode::unavailable, "Connection refused"));
    daemon.prepare("GET /v1/status", status_of("s01"));
    daemon.prepare("GET /v1/servers/s02/status",
                   to_json(api::MemberAnswer{.server = *model::ComponentName::parse("s02"),
                                             .answer = status_of("s02"),
                                             .age_seconds = 240,
                                             .problem = problem}));
    const CommandEnd end = run_command(daemon, {"status"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.output,
                HasSubstr("s02: no answer, as of 4 min ago: Connection refused\ns02: "));
    EXPECT_THAT(end.errors, HasSubstr("1 of 2 image servers did not answer, first s02"));
    daemon.prepare("GET /v1/blade-images", to_json(api::BladeImageList{}));
    daemon.prepare("GET /v1/servers/s02/blade-images",
                   to_json(api::MemberAnswer{.server = *model::ComponentName::parse("s02"),
                                             .problem = problem}));
    const CommandEnd list = run_command(daemon, {"--json", "blade", "list"});
    EXPECT_EQ(list.output, "{\"server\":\"s01\",\"line\":{\"blade_images\":[]}}\n"
                           "{\"server\":\"s02\",\"problem\":\"Connection refused\"}\n");
}

TEST_F(OnServers, ADefinitionIsForAll) {
    const dim::testing::TemporaryDirectory directory;
    ASSERT_TRUE(sys::write_file_atomically(directory / "new.xml", "<cluster/>"));
    daemon.prepare("POST /v1/cluster/difference",
                   to_json(api::ClusterDifference{.base = 7,
                                                  .changes = {{"added", "s01c3", 1, ""}},
                                                  .blades = 1,
                                                  .servers = {},
                                                  .reloads = {}}));
    daemon.prepare("POST /v1/cluster-rollouts", "{\"done\":\"in force\"}\n");
    const CommandEnd trial =
        run_command(daemon, {"cluster", "apply", directory / "new.xml", "--dry-run"});
    EXPECT_EQ(trial.code, ExitCode::ok) << trial.errors;
    EXPECT_THAT(trial.output, HasSubstr("s01: + s01c3\n"));
    EXPECT_THAT(trial.output, HasSubstr("s02: no answer, gets it when it does: "));
    const CommandEnd end = run_command(daemon, {"cluster", "apply", directory / "new.xml"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(daemon.requests().back(),
                HasSubstr("POST /v1/cluster-rollouts {\"xml\":\"<cluster/>\""));
    EXPECT_THAT(daemon.requests().back(), HasSubstr("\"base\":7,\"bases\":[]}"));
}

TEST_F(OnServers, ADefinitionOfOneIsItsOwn) {
    const dim::testing::TemporaryDirectory directory;
    ASSERT_TRUE(sys::write_file_atomically(directory / "new.xml", "<cluster/>"));
    daemon.prepare("POST /v1/cluster/difference",
                   to_json(api::ClusterDifference{
                       .base = 7, .changes = {}, .blades = 1, .servers = {}, .reloads = {}}));
    daemon.prepare("PUT /v1/cluster", "{\"done\":\"in force\"}\n");
    const CommandEnd end =
        run_command(daemon, {"--here", "cluster", "apply", directory / "new.xml"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(daemon.requests().back(), HasSubstr("PUT /v1/cluster {"));
}

/// Images of granite that the server here says that it has.
std::string images_of(const Strings& blades) {
    api::BladeImageList list;
    for (const std::string& blade : blades) {
        api::BladeImage image = api::samples::blade_image();
        image.blade = *model::ComponentName::parse(blade);
        image.image = *model::ImageName::parse("granite");
        list.blade_images.push_back(image);
    }
    return to_json(list);
}

TEST_F(OnServers, WhoIsAwayAndWhatIsLeftOverStopNoSync) {
    // The last two are another server's by now, and nobody's.
    daemon.prepare("GET /v1/blade-images", images_of({"s01c1b01", "s02c1b02", "s09c1b01"}));
    api::SyncReport report{
        *model::ImageName::parse("granite"), api::samples::generation(), false, {}};
    report.outcomes.push_back(
        {.blades = {*model::ComponentName::parse("s01c1b01")}, .state = "synced"});
    daemon.prepare("POST /v1/image-syncs", to_json(api::SyncLine{.report = report}) + "\n");
    const CommandEnd end = run_command(daemon, {"sync", "image", "granite", "--yes"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("s02"));
    EXPECT_THAT(end.output, HasSubstr("s01c1b01"));
    EXPECT_THAT(daemon.requests().back(), HasSubstr(R"("blades":["s01c1b01"],)"));
}

TEST_F(OnServers, WavesNeedToKnowAllBlades) {
    daemon.prepare("GET /v1/blade-images", images_of({"s01c1b01"}));
    const CommandEnd end =
        run_command(daemon, {"sync", "image", "granite", "--wave", "server", "--yes"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("s02"));
    for (const std::string& request : daemon.requests())
        EXPECT_THAT(request, Not(HasSubstr("image-syncs")));
}

TEST_F(OnServers, HereAndOnContradict) {
    const CommandEnd end = run_command(daemon, {"--on", "s02", "--here", "status"});
    EXPECT_EQ(end.code, ExitCode::usage);
    EXPECT_THAT(daemon.requests(), IsEmpty());
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
