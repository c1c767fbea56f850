#include "libdim/override/setting_lines.hpp"

#include <gtest/gtest.h>

namespace dim::overrides {
namespace {

std::string disabled(std::string_view text) {
    return with_setting(text, "SELINUX", "disabled", "# why: ");
}

TEST(SettingLines, WhatSaysOtherwiseBecomesAComment) {
    EXPECT_EQ(disabled("# SELINUX= can be:\n  SELINUX=enforcing\nSELINUXTYPE=targeted\n"),
              "# SELINUX= can be:\n# why:   SELINUX=enforcing\nSELINUXTYPE=targeted\n"
              "SELINUX=disabled\n");
    EXPECT_EQ(disabled("SELINUX=disabled\nSELINUX=permissive"),
              "SELINUX=disabled\n# why: SELINUX=permissive");
    EXPECT_EQ(disabled(""), "SELINUX=disabled\n");
    EXPECT_EQ(disabled("SELINUXTYPE=x"), "SELINUXTYPE=x\nSELINUX=disabled\n");
}

TEST(SettingLines, WhatWasDoneIsNotDoneAgain) {
    const std::string made = disabled("SELINUX=enforcing\n");
    EXPECT_EQ(disabled(made), made);
}

}  // namespace
}  // namespace dim::overrides
