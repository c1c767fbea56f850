#include "libdim/changeset/content.hpp"

#include <gtest/gtest.h>

namespace dim::changeset {
namespace {

const std::string kHex = std::string(32, 'a') + std::string(32, '0');

TEST(Content, IsReadAsItWasWritten) {
    Content content;
    content.sha256.fill(0x5a);
    content.size = 12;
    content.bytes = 12;
    EXPECT_EQ(parse_content(to_line(content)), content);
    content = {content.sha256, 12, Form::same, 0, "usr/a b\n"};
    EXPECT_EQ(parse_content(to_line(content)), content);
    content = {content.sha256, 12, Form::delta, 7, "etc/x"};
    EXPECT_EQ(parse_content(to_line(content)), content);
}

TEST(Content, WhatNobodyWroteIsRefused) {
    EXPECT_TRUE(parse_content("=content " + kHex + " 5 whole 5 ."));
    for (const std::string& line : std::initializer_list<std::string>{
             "content " + kHex + " 5 whole 5 .", "=content " + kHex + " 5 whole 4 .",
             "=content " + kHex + " 5 whole 5 a", "=content " + kHex + " 5 same 0 .",
             "=content " + kHex + " 5 same 1 a", "=content " + kHex + " 5 delta 1 .",
             "=content " + kHex + " 5 delta 1 ../a", "=content " + kHex + " 5 other 1 a",
             "=content " + kHex + " 05 whole 5 .", "=content " + kHex + " 5 whole 5 . .",
             "=content " + kHex.substr(1) + " 5 whole 5 .", "=content " + kHex + " 5 whole 5"})
        EXPECT_FALSE(parse_content(line)) << line;
}

}  // namespace
}  // namespace dim::changeset
