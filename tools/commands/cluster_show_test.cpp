#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

api::ClusterRevision shown_revision(std::uint32_t number, std::optional<std::string> xml) {
    return {.number = number,
            .time = *model::Timestamp::parse("2026-11-20T13:40:00.000000Z"),
            .origin = "x",
            .sha256 = "ab",
            .blades = 7,
            .is_in_force = false,
            .xml = std::move(xml)};
}

TEST(ClusterShowCommand, ATextThatIsGoneIsAnError) {
    FakeDaemon daemon;
    daemon.prepare("GET /v1/cluster/revisions/3", to_json(shown_revision(3, {})));
    const CommandEnd end = run_command(daemon, {"cluster", "show", "--revision", "3", "--xml"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("the text of revision 3 is no longer kept"));
}

TEST(ClusterShowCommand, TheTextIsPrintedAsItIs) {
    FakeDaemon daemon;
    daemon.prepare("GET /v1/cluster", to_json(shown_revision(4, "<cluster/>\n")));
    EXPECT_EQ(run_command(daemon, {"cluster", "show", "--xml"}).output, "<cluster/>\n");
    EXPECT_THAT(run_command(daemon, {"cluster", "show"}).output, HasSubstr("revision 4"));
}

}  // namespace
}  // namespace dim::tool
