#include "libdim/sync/path_pattern.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::sync {
namespace {

/// A path that ends with a slash is one of a directory.
bool is_match(std::string_view text, std::string_view path) {
    const auto pattern = PathPattern::parse(text);
    EXPECT_TRUE(pattern) << text << ": " << to_string(pattern.error());
    const bool is_directory = path.ends_with('/');
    if (is_directory) path.remove_suffix(1);
    return pattern && pattern->matches(path, is_directory);
}

void expect_matches(std::string_view pattern, std::initializer_list<std::string_view> matched,
                    std::initializer_list<std::string_view> others) {
    for (const std::string_view path : matched)
        EXPECT_TRUE(is_match(pattern, path)) << pattern << " and " << path;
    for (const std::string_view path : others)
        EXPECT_FALSE(is_match(pattern, path)) << pattern << " and " << path;
}

std::string pattern_refusal(std::string_view text) {
    const auto pattern = PathPattern::parse(text);
    return pattern ? "" : to_string(pattern.error());
}

// What rsync(1) says of patterns, one by one.
TEST(PathPattern, WithoutASlashIsForTheLastComponent) {
    expect_matches("foo", {"foo", "a/foo", "a/b/foo/"}, {"foo/a", "xfoo", "foox", "a/xfoo"});
    expect_matches("*.o", {"x.o", "a/x.o", ".o"}, {"x.oo", "x.o/y", "a.o/x"});
}

TEST(PathPattern, WithASlashIsForTheEndOfThePath) {
    expect_matches("foo/bar", {"foo/bar", "a/foo/bar", "a/b/foo/bar/"},
                   {"bar", "xfoo/bar", "foo/bar/a"});
    expect_matches("f*/bar", {"foo/bar", "a/foo/bar"}, {"foo/x/bar", "bar", "xfoo/bar"});
}

TEST(PathPattern, WithASlashAtItsBeginIsForTheRoot) {
    expect_matches("/foo", {"foo", "foo/"}, {"a/foo", "foo/a", "fo", "fooo"});
    expect_matches("/foo/b*", {"foo/bar", "foo/b"}, {"a/foo/bar", "foo/b/c"});
}

TEST(PathPattern, WithASlashAtItsEndIsForDirectories) {
    expect_matches("foo/", {"foo/", "a/foo/"}, {"foo", "a/foo", "foo/a/"});
    expect_matches("*/", {"foo/", "a/b/"}, {"foo", "a/b"});
    expect_matches("/a/b/", {"a/b/"}, {"a/b", "x/a/b/"});
}

TEST(PathPattern, StarsAndQuestionMarks) {
    expect_matches("foo/*/bar", {"foo/a/bar", "x/foo/a/bar"}, {"foo/bar", "foo/a/b/bar"});
    expect_matches("/foo/**/bar", {"foo/a/bar", "foo/a/b/bar"},
                   {"foo/bar", "x/foo/a/bar", "foo/a/xbar"});
    expect_matches("/foo/**", {"foo/a", "foo/a/b"}, {"foo", "foo/", "x/foo/a"});
    expect_matches("a?c", {"abc", "x/a-c"}, {"ac", "abbc", "a/c"});
    expect_matches("**/foo", {"foo", "a/foo", "a/b/foo"}, {"afoo", "foo/a"});
    expect_matches("foo**bar", {"foobar", "a/foo/x/bar", "foox/bar"}, {"xfoobar", "foobarx"});
    expect_matches("**", {"a", "a/b/"}, {});
    expect_matches("*a*b*c", {"abc", "xaxbxc", "aabbcc"}, {"acb", "ab", "abcx"});
    expect_matches("a*b**c*d", {"abcd", "axb/y/cxd"}, {"a/bcd", "abc/d"});
}

TEST(PathPattern, WithThreeStarsIsForTheDirectoryAndAllBelow) {
    expect_matches("foo/***", {"foo/", "foo/a", "a/foo/", "a/foo/b/c"}, {"foo", "xfoo/", "a"});
    expect_matches("/foo/***", {"foo/", "foo/a/b"}, {"foo", "a/foo/"});
}

TEST(PathPattern, BackslashesEscapeWhereThereIsAWildcard) {
    expect_matches("foo\\bar", {"foo\\bar"}, {"foobar"});
    expect_matches("foo\\bar*", {"foobar", "foobarx"}, {"foo\\bar"});
    expect_matches("foo\\\\bar*", {"foo\\barx"}, {"foobar"});
    expect_matches("a\\*", {"a*"}, {"ab", "a\\*"});
    expect_matches("a\\[b", {"a[b"}, {"ab"});
}

TEST(PathPattern, Classes) {
    expect_matches("*.[ch]", {"a.c", "x/a.h"}, {"a.o", "a.ch"});
    expect_matches("a[!0-9]", {"ab"}, {"a0", "a/", "a"});
    expect_matches("v[[:digit:]]/x", {"v1/x"}, {"va/x"});
    expect_matches("a[^b]c", {"axc"}, {"abc", "a/c"});
}

TEST(PathPattern, ThatMatchesNothingIsRefused) {
    EXPECT_EQ(pattern_refusal(""), "it has no pattern (write one, as /etc/motd)");
    for (const std::string_view text : {"/", "//", "a//b", "./a", "/etc/../a", "a/.", "a//"})
        EXPECT_NE(pattern_refusal(text).find("no path matches it, since one of its components is"),
                  std::string::npos)
            << text;
    EXPECT_EQ(pattern_refusal("*\\"),
              "no path matches it, since it ends with a backslash (write '\\\\' "
              "for the byte itself)");
    EXPECT_NE(pattern_refusal("a[b"), "");
    EXPECT_NE(pattern_refusal(std::string_view("a\0b", 3)), "");
}

TEST(PathPattern, HasAtMost4096Bytes) {
    const std::string longest(PathPattern::kMaximumSize, 'a');
    EXPECT_TRUE(is_match(longest, longest));
    EXPECT_EQ(pattern_refusal(longest + "a"),
              "its pattern has 4097 bytes (at most 4096 are possible)");
}

/// One that tries each way by itself would need longer than the world is old.
TEST(PathPattern, IsNotTriedAgainAndAgain) {
    std::string pattern, path;
    for (std::size_t i = 0; i < PathPattern::kMaximumSize / 4; ++i)
        pattern += "**a*";
    path.assign(PathPattern::kMaximumSize, 'a');
    EXPECT_TRUE(is_match(pattern, path));
    EXPECT_FALSE(is_match(pattern.substr(4) + "**b", path));
}

}  // namespace
}  // namespace dim::sync
