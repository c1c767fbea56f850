#include "libdim/api/message_samples.hpp"
#include "tools/output/look_text.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

std::string state_line(const api::PathExplanation& explanation) {
    const std::string text = path_explanation_text(explanation);
    return text.substr(text.find("  state"));
}

TEST(LookText, WhatABladeChoseMovesNoCursor) {
    api::PathExplanation explanation = api::samples::path_explanation();
    explanation.target = "\x1b[2J";
    explanation.rule = "\x1b[2J";
    EXPECT_THAT(path_explanation_text(explanation), ::testing::Not(HasSubstr("\x1b")));
}

TEST(LookText, ADifferenceNamesItsRule) {
    EXPECT_EQ(blade_difference_text(api::samples::blade_difference()),
              "content   etc/hosts (size, content)  override: built-in hosts\n"
              "created   var/a\\20name\n"
              "and 1 more\n");
}

TEST(LookText, AFileIsExplainedInFourLines) {
    EXPECT_EQ(path_explanation_text(api::samples::path_explanation()),
              "/etc/motd of s01c1b01, image granite generation 7\n"
              "  part   private: the blade's own\n"
              "  there  symlink to ../run/motd, 12 B, mode 0644, owner 0:100, modified 2026-11-20 "
              "13:40:00\n"
              "  state  changed on the blade since DIM wrote it by group/gpu/etc/motd, 2026-11-20 "
              "13:40:00\n");
}

TEST(LookText, EveryStateHasItsReason) {
    api::PathExplanation file = api::samples::bare_path_explanation();
    EXPECT_EQ(state_line(file), "  state  never was there: generation 7 has none\n");
    EXPECT_THAT(path_explanation_text(file), HasSubstr("  there  nothing\n"));
    file.state = "generation";
    EXPECT_EQ(state_line(file), "  state  as generation 7 has it; no blade can change it\n");
    file.part = "private";
    EXPECT_EQ(state_line(file), "  state  as generation 7 has it\n");
    file.state = "removed";
    EXPECT_EQ(state_line(file), "  state  removed on the blade; generation 7 has it\n");
    file.state = "created";
    EXPECT_EQ(state_line(file), "  state  created on the blade; generation 7 has none\n");
    file.state = "kept out";
    file.pattern = "/tmp/*";
    EXPECT_EQ(state_line(file), "  state  kept out of the image by the pattern /tmp/*\n");
    file.state = "changed";
    file.aspects = {"mode", "modified"};
    EXPECT_EQ(state_line(file),
              "  state  changed on the blade: mode, modified; generation 7 has it otherwise\n");
    file.type = "directory";
    file.aspects = {"modified"};
    EXPECT_EQ(state_line(file), "  state  names in it came or went since generation 7\n");
    file.state = "override";
    file.rule = "built-in hosts";
    EXPECT_EQ(state_line(file), "  state  as DIM wrote it by built-in hosts\n");
    file.state = "removed";
    EXPECT_EQ(state_line(file),
              "  state  removed on the blade since DIM wrote it by built-in hosts\n");
}

TEST(LookText, ChecksAreATable) {
    EXPECT_EQ(blade_checks_text(api::samples::blade_image_check_list()),
              "BLADE     IMAGE    CHECKED              RESULT   NOTE\n"
              "s01c1b01  granite  2026-11-20 13:40:00  damaged  Inode 12 is a zero-length "
              "directory\n"
              "s01c1b01  granite  2026-11-20 13:40:00  clean    -\n");
}

}  // namespace
}  // namespace dim::tool
