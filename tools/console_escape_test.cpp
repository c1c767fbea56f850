#include "tools/console_escape.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

TEST(ConsoleEscape, EndsAtTheBeginningOfALineOnly) {
    for (const char* keys : {"a~.b", "~~.", "~a~.", "\r~~\r ~."}) {
        ConsoleEscape escape;
        EXPECT_FALSE(escape.take(keys).ends) << keys;
    }
    for (const char* keys : {"~.", "ls\r~.more", "a\n~.", "~?~."}) {
        ConsoleEscape escape;
        EXPECT_TRUE(escape.take(keys).ends) << keys;
    }
}

TEST(ConsoleEscape, WhatIsSentIsWhatWasTypedWithoutIt) {
    ConsoleEscape escape;
    EXPECT_EQ(escape.take("ls\r~~x\r~a\r~").text, "ls\r~x\r~a\r");
    const auto end = escape.take(".rm\r");
    EXPECT_TRUE(end.ends) << "a key at a time";
    EXPECT_EQ(end.text, "");
    ConsoleEscape other;
    const auto helped = other.take("~?");
    EXPECT_TRUE(helped.helps);
    EXPECT_EQ(helped.text, "");
}

}  // namespace
}  // namespace dim::tool
