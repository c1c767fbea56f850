#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const model::Timestamp kStatusTime = *model::Timestamp::parse("2026-11-20T13:40:00.000000Z");

api::BladeStatus blade(const std::string& name, model::BladeState state) {
    return {.name = *model::ComponentName::parse(name),
            .type = model::BladeType::js20,
            .address = *model::Ipv4Address::parse("10.1.0.11"),
            .state = state};
}

/// A daemon of s01 with three of its blades.
class StatusCommand : public ::testing::Test {
protected:
    StatusCommand() {
        using model::BladeState;
        daemon.prepare("GET /v1/status",
                       to_json(api::ClusterStatus{.server = *model::ComponentName::parse("s01"),
                                                  .version = "0.1.0",
                                                  .now = kStatusTime,
                                                  .since = kStatusTime,
                                                  .blades = {blade("s01c1b01", BladeState::running),
                                                             blade("s01c1b02", BladeState::running),
                                                             blade("s01c2b01", BladeState::failed)},
                                                  .services = {},
                                                  .alerts = {}}));
    }
    FakeDaemon daemon;
};

TEST_F(StatusCommand, ABladeOfAnotherServerIsRefused) {
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01", "s02c1b01"}));
    const CommandEnd end = run_command(daemon, {"status", "b1", "b5"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.output, "");
    EXPECT_EQ(end.errors, "dim: image server s01 does not serve s02c1b01\n"
                          "     ask its own server, or leave it out: RANGE@server=s01\n");
}

TEST_F(StatusCommand, ARangeLeavesTheRestOut) {
    daemon.prepare("POST /v1/names", blade_names({"s01c1b02"}));
    const CommandEnd end = run_command(daemon, {"status", "b2"});
    EXPECT_EQ(end.code, ExitCode::ok);
    EXPECT_THAT(end.output, HasSubstr("\ns01c1b02  js20"));
    EXPECT_THAT(end.output, Not(HasSubstr("s01c1b01")));
    EXPECT_THAT(run_command(daemon, {"status"}).output, HasSubstr("s01c1b01"));
}

TEST_F(StatusCommand, ShortGroupsAndFolds) {
    EXPECT_EQ(run_command(daemon, {"status", "--short"}).code, ExitCode::failed);
    daemon.prepare_cluster(std::string(sample::kClusterXml));
    const CommandEnd end = run_command(daemon, {"status", "--short"});
    EXPECT_THAT(end.output, HasSubstr("running  -      2       s01c1b[01-02]\n"));
    EXPECT_THAT(end.output, HasSubstr("failed   -      1       s01c2b01\n"));
}

}  // namespace
}  // namespace dim::tool
