#include "libdim/sys/directory.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/running_command.hpp"

#include <gmock/gmock.h>

/// The commands about changesets, one after the other as a person runs them.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;

class ChangesetCommands : public ::testing::Test {
protected:
    ChangesetCommands() {
        for (const std::string& tree : {older, newer, target}) {
            dim::testing::value_of(sys::mkdir(tree));
            dim::testing::write(tree + "/motd", "first\n");
        }
        dim::testing::run({"touch", "-r", older + "/motd", newer + "/motd", target + "/motd"});
        dim::testing::write(newer + "/issue", "second\n");
    }
    CommandEnd run(std::vector<std::string> words) const {
        words.insert(words.begin(), "changeset");
        return run_command(daemon, words);
    }
    FakeDaemon daemon;
    dim::testing::TemporaryDirectory directory;
    const std::string older = directory / "older";
    const std::string newer = directory / "newer";
    const std::string target = directory / "target";
    const std::string file = directory / "changes";
};

TEST_F(ChangesetCommands, FromTwoTreesToAThird) {
    const CommandEnd created = run({"create", older, newer, "-o", file});
    EXPECT_EQ(created.code, ExitCode::ok) << created.errors;
    EXPECT_THAT(created.output, HasSubstr("contents: 1 in full"));
    EXPECT_THAT(run({"show", file}).output, HasSubstr("created   issue\n"));
    const CommandEnd before = run({"verify", file, target});
    EXPECT_EQ(before.code, ExitCode::failed);
    EXPECT_THAT(before.errors, HasSubstr("is as before the changeset"));
    EXPECT_THAT(run({"apply", file, target, "--dry-run"}).output, HasSubstr("created   issue\n"));
    EXPECT_FALSE(sys::stat(target + "/issue"));
    EXPECT_EQ(run({"apply", file, target}).code, ExitCode::ok);
    EXPECT_EQ(dim::testing::value_of(sys::read_file(target + "/issue")), "second\n");
    EXPECT_EQ(run({"verify", file, target, "--json"}).output,
              "{\"standing\":\"after\",\"differences\":[]}\n");
    EXPECT_THAT(run({"apply", file, target}).output, HasSubstr("already"));
}

TEST_F(ChangesetCommands, WhatStandsOtherwiseIsNamed) {
    ASSERT_EQ(run({"create", older, newer, "-o", file}).code, ExitCode::ok);
    dim::testing::write(target + "/issue", "mine\n");
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"verify", file, target},
          std::vector<std::string>{"apply", file, target, "--dry-run"}}) {
        const CommandEnd end = run(words);
        EXPECT_EQ(end.code, ExitCode::failed);
        EXPECT_THAT(end.output, HasSubstr("created   issue\n"));
    }
    EXPECT_THAT(run({"apply", file, target}).errors, HasSubstr("created   issue"));
    EXPECT_EQ(dim::testing::value_of(sys::read_file(target + "/issue")), "mine\n");
}

TEST_F(ChangesetCommands, NothingHalfMadeIsLeft) {
    EXPECT_EQ(run({"create", older, directory / "nowhere", "-o", file}).code, ExitCode::failed);
    EXPECT_FALSE(sys::stat(file));
    EXPECT_FALSE(sys::stat(file + ".part"));
    for (const char* verb : {"show", "verify", "apply"}) {
        std::vector<std::string> words{verb, older + "/motd"};
        if (words.front() != "show") words.push_back(target);
        const CommandEnd end = run(words);
        EXPECT_EQ(end.code, ExitCode::failed);
        EXPECT_THAT(end.errors, HasSubstr("/motd: it is damaged"));
    }
    EXPECT_EQ(run({"create", older, newer}).code, ExitCode::usage);
}

}  // namespace
}  // namespace dim::tool
