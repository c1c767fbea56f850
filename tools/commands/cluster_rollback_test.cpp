#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

api::ClusterRevision listed_revision(std::uint32_t number, bool is_in_force,
                                     bool was_in_force = true) {
    return {.number = number,
            .time = *model::Timestamp::parse("2026-11-20T13:40:00.000000Z"),
            .origin = "x",
            .sha256 = std::to_string(number),
            .blades = 7,
            .is_in_force = is_in_force,
            .was_in_force = was_in_force};
}

TEST(ClusterRollbackCommand, ThereMustBeAnother) {
    FakeDaemon daemon;
    daemon.prepare("GET /v1/cluster/revisions",
                   to_json(api::ClusterRevisionList{
                       {listed_revision(2, true), listed_revision(1, false, false)}}));
    const CommandEnd end = run_command(daemon, {"cluster", "rollback"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("there is no other definition"));
}

TEST(ClusterRollbackCommand, GoesBackToTheOneBeforeOrTheOneNamed) {
    FakeDaemon daemon;
    daemon.prepare("GET /v1/cluster/revisions",
                   to_json(api::ClusterRevisionList{
                       {listed_revision(4, true), listed_revision(3, false, false),
                        listed_revision(2, false), listed_revision(1, false)}}));
    daemon.prepare("POST /v1/cluster/difference",
                   to_json(api::ClusterDifference{4, {}, 0, {}, {}}));
    daemon.prepare("PUT /v1/cluster", std::string("{\"done\":\"revision 5 is in force\"}\n"));
    EXPECT_EQ(run_command(daemon, {"cluster", "rollback"}).code, ExitCode::ok);
    EXPECT_EQ(daemon.requests().back(), R"(PUT /v1/cluster {"revision":2,"base":4})");
    EXPECT_EQ(run_command(daemon, {"cluster", "rollback", "1"}).code, ExitCode::ok);
    EXPECT_EQ(daemon.requests().back(), R"(PUT /v1/cluster {"revision":1,"base":4})");
}

}  // namespace
}  // namespace dim::tool
