#include "libdim/api/look_messages.hpp"
#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

class BladeCatCommand : public ::testing::Test {
protected:
    BladeCatCommand() { daemon.prepare("POST /v1/names", blade_names({"s01c1b01"})); }
    FakeDaemon daemon;
};

TEST_F(BladeCatCommand, WhatIsNoPathIsAskedOfNobody) {
    for (const char* verb : {"cat", "explain"}) {
        EXPECT_EQ(run_command(daemon, {"blade", verb, "b1", "etc/motd"}).code, ExitCode::usage);
        EXPECT_EQ(run_command(daemon, {"blade", verb, "b1", "/x", "--image", "../y"}).code,
                  ExitCode::usage);
        EXPECT_EQ(run_command(daemon, {"blade", verb, "b1"}).code, ExitCode::usage);
    }
    EXPECT_TRUE(daemon.requests().empty());
}

TEST_F(BladeCatCommand, ARefusalPrintsNothing) {
    daemon.prepare("POST /v1/blade-files",
                   Error(ErrorCode::permission_denied, "/etc/key is a secret"));
    const CommandEnd end = run_command(daemon, {"blade", "cat", "b1", "/etc/key"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.output, "");
    EXPECT_THAT(end.errors, HasSubstr("/etc/key is a secret"));
}

TEST_F(BladeCatCommand, APipeGetsTheBytesAndJsonTheText) {
    const std::string bytes("a\0\xff\x1b[2J\n", 8);
    daemon.prepare("POST /v1/blade-files", bytes);
    EXPECT_EQ(run_command(daemon, {"blade", "cat", "b1", "/x"}).output, bytes);
    const CommandEnd json = run_command(daemon, {"blade", "cat", "b1", "/x", "--json"});
    const auto read = api::parse<api::BladeFileText>(json.output);
    ASSERT_TRUE(read) << json.output;
    EXPECT_EQ(read->path, "/x");
    EXPECT_EQ(read->text, "a?\xef\xbf\xbd\x1b[2J\n");
}

TEST_F(BladeCatCommand, ADaemonThatEndedHasNotLooked) {
    daemon.prepare("POST /v1/blade-differences", "{\"progress\":\"looking\"}\n");
    const CommandEnd end = run_command(daemon, {"blade", "diff", "b1"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("the daemon ended"));
}

}  // namespace
}  // namespace dim::tool
