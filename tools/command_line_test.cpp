#include "tools/command_line.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

/// What the two commands of the table below were called with.
std::optional<std::string> seen_file;
bool is_called = false;

Action remember(CLI::App&) {
    return [](Context& context) -> Outcome<> {
        is_called = true;
        seen_file = context.cluster_file;
        return {};
    };
}

CommandTable two_commands() {
    static constexpr std::array kNouns{Noun{"cluster", ""}};
    static constexpr std::array kCommands{
        Command{"status", "", "", "", &remember},
        Command{"cluster", "names", "", "", &remember, CommandKind::reads_definition}};
    return {kNouns, kCommands};
}

ExitCode run(const std::vector<std::string>& words) {
    seen_file.reset();
    is_called = false;
    return run_command_line(two_commands(), words);
}

TEST(CommandLine, ADefinitionIsNotForTheDaemonsCommands) {
    CaptureStderr();
    EXPECT_EQ(run({"--cluster", "x.xml", "status"}), ExitCode::usage);
    EXPECT_EQ(GetCapturedStderr(), "dim: 'dim status' reads no cluster definition\n"
                                   "     leave --cluster out; it is for: cluster names\n");
    EXPECT_FALSE(is_called);
}

TEST(CommandLine, ADefinitionMayStandBeforeAndBehind) {
    EXPECT_EQ(run({"--cluster", "x.xml", "cluster", "names"}), ExitCode::ok);
    EXPECT_EQ(seen_file, "x.xml");
    EXPECT_EQ(run({"cluster", "names", "--cluster", "y.xml"}), ExitCode::ok);
    EXPECT_EQ(seen_file, "y.xml");
    EXPECT_EQ(run({"cluster", "names"}), ExitCode::ok);
    EXPECT_TRUE(is_called);
    EXPECT_FALSE(seen_file);
}

}  // namespace
}  // namespace dim::tool
