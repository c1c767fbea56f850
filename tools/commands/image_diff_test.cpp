#include "libdim/api/message_samples.hpp"
#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

TEST(ImageDiffCommand, TheNewerOneIsTheNewestUnlessNamed) {
    FakeDaemon daemon;
    api::ImageDetails details = api::samples::image_details();
    details.image.generation = *model::Generation::from_number(7);
    daemon.prepare("GET /v1/images/granite", to_json(details));
    daemon.prepare("GET /v1/images/granite/generations/3/7",
                   to_json(api::samples::generation_difference()));
    const CommandEnd end = run_command(daemon, {"image", "diff", "granite", "3"});
    EXPECT_EQ(end.code, ExitCode::ok);
    EXPECT_THAT(end.output, ::testing::StartsWith("content   usr/lib/a"));
}

TEST(ImageDiffCommand, WrongNumbersAreAskedOfNobody) {
    FakeDaemon daemon;
    EXPECT_EQ(run_command(daemon, {"image", "diff", "granite", "0"}).code, ExitCode::usage);
    EXPECT_EQ(run_command(daemon, {"image", "diff", "granite", "1", "x"}).code, ExitCode::usage);
    EXPECT_EQ(run_command(daemon, {"image", "rollback", "granite", "-1"}).code, ExitCode::usage);
    EXPECT_EQ(run_command(daemon, {"image", "label", "granite", "1", "two\nlines"}).code,
              ExitCode::usage);
    EXPECT_TRUE(daemon.requests().empty());
}

TEST(ImageRemoveCommand, IsAlwaysAskedFor) {
    FakeDaemon daemon;
    const CommandEnd end = run_command(daemon, {"image", "remove", "granite"});
    EXPECT_EQ(end.code, ExitCode::not_confirmed);
    EXPECT_THAT(end.errors, ::testing::HasSubstr("remove the image granite"));
    EXPECT_TRUE(daemon.requests().empty());
}

}  // namespace
}  // namespace dim::tool
