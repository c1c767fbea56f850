#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

TEST(ImageUpdateCommand, OptionsOfASourceNeedOne) {
    FakeDaemon daemon;
    const CommandEnd end =
        run_command(daemon, {"image", "update", "granite", "--exclude", "*.bak"});
    EXPECT_EQ(end.code, ExitCode::usage);
    EXPECT_THAT(end.errors, HasSubstr("name SOURCE, too"));
    EXPECT_TRUE(daemon.requests().empty());
}

}  // namespace
}  // namespace dim::tool
