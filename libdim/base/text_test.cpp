#include "libdim/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim {
namespace {

using ::testing::ElementsAre;

TEST(Text, PrintableHidesControlCharactersAndCuts) {
    EXPECT_EQ(printable("a\x1b[31m\n\xff", 100), "a?[31m??");
    EXPECT_EQ(printable("abcdef", 3), "abc");
}

TEST(Text, SplitKeepsEmptyPiecesAndWordsDoNot) {
    EXPECT_THAT(split("a,,b", ','), ElementsAre("a", "", "b"));
    EXPECT_THAT(split("", ','), ElementsAre(""));
    EXPECT_THAT(split_words("  a\t b\n"), ElementsAre("a", "b"));
    EXPECT_THAT(split_words(" \n"), ElementsAre());
}

TEST(Text, TrimAndHex) {
    EXPECT_EQ(trim(" \t a b\r\n"), "a b");
    EXPECT_EQ(trim("  "), "");
    EXPECT_EQ(to_hex(std::string_view("\x00\xff\x10", 3)), "00ff10");
}

}  // namespace
}  // namespace dim
