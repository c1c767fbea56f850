#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(BladeDeleteCommand, AFailureDoesNotKeepTheRestFromIt) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01", "s01c1b02", "s01c1b03"}));
    daemon.prepare("DELETE /v1/blade-images/s01c1b01/granite",
                   Error(ErrorCode::conflict, "s01c1b01 uses it"));
    for (const std::string blade : {"s01c1b02", "s01c1b03"})
        daemon.prepare("DELETE /v1/blade-images/" + blade + "/granite",
                       "{\"done\":\"deleted " + blade + "\"}\n");
    const CommandEnd end = run_command(daemon, {"blade", "delete", "s01c1", "granite", "--yes"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.output, "deleted s01c1b02\ndeleted s01c1b03\n");
    EXPECT_EQ(end.errors, "dim: 1 of 3 blade images could not be deleted; the first: s01c1b01 uses "
                          "it\n");
}

TEST(BladeDeleteCommand, OneIsAskedAboutToo) {
    FakeDaemon daemon;
    daemon.prepare("POST /v1/names", blade_names({"s01c1b01"}));
    for (const std::string verb : {"delete", "purge"}) {
        const CommandEnd end = run_command(daemon, {"blade", verb, "b1", "granite"});
        EXPECT_EQ(end.code, ExitCode::not_confirmed);
        EXPECT_THAT(end.errors, HasSubstr("would delete "));
        EXPECT_THAT(end.errors, HasSubstr(" of 1 blade\n"));
    }
    EXPECT_THAT(daemon.requests(), Each(Not(StartsWith("DELETE")))) << "and nothing is deleted";
}

}  // namespace
}  // namespace dim::tool
