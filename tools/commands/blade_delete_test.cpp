#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

TEST(BladeDeleteCommand, AFailureDoesNotKeepTheRestFromIt) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01", "s01c1b02", "s01c1b03"}));
    daemon.prepare("DELETE /v1/blade-images/s01c1b01/granite",
                   Error(ErrorCode::conflict, "s01c1b01 uses it"));
    for (const std::string blade : {"s01c1b02", "s01c1b03"})
        daemon.prepare("DELETE /v1/blade-images/" + blade + "/granite",
                       "{\"done\":\"deleted " + blade + "\"}\n");
    const CommandEnd end = run_command(daemon, {"blade", "delete", "s01c1", "granite"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.output, "deleted s01c1b02\ndeleted s01c1b03\n");
    EXPECT_EQ(end.errors, "dim: 1 of 3 blade images could not be deleted; the first: s01c1b01 uses "
                          "it\n");
}

TEST(BladeDeleteCommand, ManyNeedAnAnswer) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names", blade_names(std::vector<std::string>(9, "s01c1b01")));
    const CommandEnd end = run_command(daemon, {"blade", "delete", "all", "granite"});
    EXPECT_EQ(end.code, ExitCode::not_confirmed);
    EXPECT_THAT(end.errors, HasSubstr("would delete the blade images of 9 blades"));
}

}  // namespace
}  // namespace dim::tool
