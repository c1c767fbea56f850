#include "libdim/api/message_samples.hpp"
#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

const std::string kCheck = "POST /v1/images/granite/check";

TEST(ImageCheckCommand, ADifferenceIsAFailureWithACure) {
    FakeDaemon daemon;
    daemon.prepare(kCheck, to_json(api::samples::image_check()));
    const CommandEnd end = run_command(daemon, {"image", "check", "granite"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.output, "content   usr/lib/a\\20name (size, content, modified)\n");
    EXPECT_THAT(end.errors, HasSubstr("granite is not as its manifest says: 1 difference"));
    EXPECT_THAT(end.errors, HasSubstr("dim image update"));
    const CommandEnd json = run_command(daemon, {"image", "check", "granite", "--json"});
    EXPECT_EQ(json.code, ExitCode::failed);
    EXPECT_EQ(json.output, to_json(api::samples::image_check()) + "\n");
}

TEST(ImageCheckCommand, AWrongNameIsAskedOfNobody) {
    FakeDaemon daemon;
    EXPECT_EQ(run_command(daemon, {"image", "check", "../x"}).code, ExitCode::usage);
    EXPECT_TRUE(daemon.requests().empty());
}

TEST(ImageCheckCommand, NoDifferenceIsGood) {
    FakeDaemon daemon;
    api::ImageCheck check = api::samples::image_check();
    check.difference_count = 0;
    check.differences.clear();
    daemon.prepare(kCheck, to_json(check));
    const CommandEnd end = run_command(daemon, {"image", "check", "granite"});
    EXPECT_EQ(end.code, ExitCode::ok);
    EXPECT_EQ(end.output, "");
    EXPECT_THAT(end.errors, HasSubstr("is as its manifest says"));
}

}  // namespace
}  // namespace dim::tool
