#include "libdim/sync/character_class.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::sync {
namespace {

/// The printable bytes that the class stands for; REST is what must be left behind it.
std::string bytes_of(std::string_view text, std::string_view rest = "") {
    const auto set = take_character_class(text);
    if (!set) return to_string(set.error());
    EXPECT_EQ(text, rest);
    std::string bytes;
    for (char byte = ' '; byte <= '~'; ++byte)
        if (set->test(index_of(byte))) bytes += byte;
    return bytes;
}

TEST(CharacterClass, HasBytesAndRanges) {
    EXPECT_EQ(bytes_of("[abc]d]", "d]"), "abc");
    EXPECT_EQ(bytes_of("[a-cx-z0]"), "0abcxyz");
    EXPECT_EQ(bytes_of("[a-c-e]"), "-abce");
    EXPECT_EQ(bytes_of("[c-a]"), "c");
    EXPECT_EQ(bytes_of("[-a]"), "-a");
    EXPECT_EQ(bytes_of("[a-]"), "-a");
}

TEST(CharacterClass, TakesItsBracketAsTheFirstByte) {
    EXPECT_EQ(bytes_of("[]a]"), "]a");
    EXPECT_EQ(bytes_of("[a\\]\\-z]"), "-]az");
    EXPECT_EQ(bytes_of("[[]"), "[");
}

TEST(CharacterClass, IsNegatedWithoutTheSlash) {
    for (const std::string sign : {"!", "^"}) {
        const std::string bytes = bytes_of("[" + sign + "]a-z]");
        EXPECT_EQ(bytes.find_first_of("]/abcz"), std::string::npos) << bytes;
        EXPECT_NE(bytes.find("0123"), std::string::npos);
    }
    EXPECT_EQ(bytes_of("[+-0]"), "+,-.0");
    EXPECT_EQ(bytes_of("[a^!]"), "!^a");
}

TEST(CharacterClass, HasNamedOnes) {
    EXPECT_EQ(bytes_of("[[:digit:]]"), "0123456789");
    EXPECT_EQ(bytes_of("[[:xdigit:]_]"), "0123456789ABCDEF_abcdef");
    EXPECT_EQ(bytes_of("[[:upper:][:lower:]]"), bytes_of("[[:alpha:]]"));
    EXPECT_EQ(bytes_of("[[:alnum:]]").size(), 62U);
    EXPECT_EQ(bytes_of("[![:punct:][:alnum:]]"), " ");
    EXPECT_EQ(bytes_of("[![:graph:]]"), " ");
    EXPECT_EQ(bytes_of("[![:print:]]"), "");
    EXPECT_EQ(bytes_of("[[:space:]]"), " ");
    EXPECT_EQ(bytes_of("[[:blank:]]"), " ");
    EXPECT_EQ(bytes_of("[[:cntrl:]]"), "");
    EXPECT_EQ(bytes_of("[[:digit]"), ":[dgit");
}

TEST(CharacterClass, ThatMatchesNothingIsRefused) {
    EXPECT_EQ(bytes_of("[ab"), "'[' begins a class that does not end (write ']' behind it, or "
                               "'\\[' for the byte itself)");
    for (const std::string_view text : {"[", "[]", "[!", "[a-", "[a\\", "[a\\]"}) {
        std::string_view rest = text;
        EXPECT_FALSE(take_character_class(rest)) << text;
    }
    EXPECT_EQ(bytes_of("[[:letter:]]"),
              "there is no class [:letter:] (write one of rsync(1), as in [[:digit:]])");
    EXPECT_EQ(bytes_of("[a/]"), "a slash is in a class, which never matches one (write the slash "
                                "outside '[...]')");
}

}  // namespace
}  // namespace dim::sync
