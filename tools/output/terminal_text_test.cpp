#include "tools/output/terminal_text.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

TEST(TerminalText, LeavesTextAsItIs) {
    EXPECT_EQ(terminal_text("a\tb\nK\xc3\xb6ln \xe2\x86\x92\n"),
              "a\tb\nK\xc3\xb6ln \xe2\x86\x92\n");
    EXPECT_EQ(terminal_text(""), "");
}

TEST(TerminalText, TakesTheTeethOutOfEscapes) {
    EXPECT_EQ(terminal_text("\x1b]0;title\x07\x1b[2J"), "?]0;title??[2J");
    EXPECT_EQ(terminal_text("\xc2\x9b"
                            "31m\x7f\r\b"),
              "?31m???");
    EXPECT_EQ(terminal_text("\xc2\xa0\xc2"), "\xc2\xa0\xc2");  // a blank, and half a character
}

TEST(PrefixLines, StandBeforeEachLine) {
    EXPECT_EQ(prefix_lines("one\n\ntwo", "b1: "), "b1: one\nb1: \nb1: two\n");
    EXPECT_EQ(prefix_lines("one\n", "b1: "), "b1: one\n");
    EXPECT_EQ(prefix_lines("", "b1: "), "");
}

}  // namespace
}  // namespace dim::tool
