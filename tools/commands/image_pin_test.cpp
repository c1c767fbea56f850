#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

TEST(ImagePinCommand, AGenerationIsANumber) {
    FakeDaemon daemon;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"image", "pin", "s01", "granite"},
          {"image", "pin", "s01", "granite", "--generation", "0"},
          {"image", "pin", "s01", "granite", "--generation", "newest"}}) {
        const CommandEnd end = run_command(daemon, words);
        EXPECT_EQ(end.code, ExitCode::usage) << end.errors;
        EXPECT_THAT(end.errors, HasSubstr("--generation"));
    }
    EXPECT_TRUE(daemon.requests().empty());
}

TEST(ImagePinCommand, ManyBladesAreAskedAbout) {
    FakeDaemon daemon;
    std::vector<std::string> names;
    for (int i = 11; i < 40; ++i)
        names.push_back("s01c1b" + std::to_string(i));
    daemon.prepare("POST /v1/names", blade_names(names));
    const CommandEnd end =
        run_command(daemon, {"image", "pin", "s01", "granite", "--generation", "3"});
    EXPECT_EQ(end.code, ExitCode::not_confirmed);
    EXPECT_THAT(end.errors, HasSubstr("29 blades"));
    for (const std::string& request : daemon.requests())
        EXPECT_FALSE(request.starts_with("PUT")) << request;
}

}  // namespace
}  // namespace dim::tool
