#include "libdim/model/path_pattern.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

bool matches(std::string_view pattern, std::string_view path) {
    return PathPattern::parse(pattern).value().matches(path);
}

TEST(PathPattern, RefusesWhatIsNone) {
    for (const std::string_view text : {"", "/", "a/", "a//b", "//a", "/a/../b", "./a", "a\nb"})
        EXPECT_EQ(PathPattern::parse(text).error().code(), ErrorCode::invalid_input) << text;
    EXPECT_EQ(PathPattern::parse(std::string(2000, 'x')).error().code(), ErrorCode::limit_exceeded);
    EXPECT_FALSE(PathPatterns::parse({"a", ""}));
    EXPECT_EQ(PathPatterns::parse(std::vector<std::string>(257, "a")).error().code(),
              ErrorCode::limit_exceeded);
}

TEST(PathPattern, FromTheRootMatchesWholePaths) {
    EXPECT_TRUE(matches("/proc/*", "proc/1"));
    EXPECT_TRUE(matches("/proc/*", "proc/.hidden"));
    EXPECT_FALSE(matches("/proc/*", "proc"));
    EXPECT_FALSE(matches("/proc/*", "srv/proc/1"));
    // What is below goes with it.
    EXPECT_FALSE(matches("/proc/*", "proc/1/maps"));
    EXPECT_TRUE(matches("/var/log/[a-m]*.gz", "var/log/kern.gz"));
    EXPECT_FALSE(matches("/var/log/[a-m]*.gz", "var/log/syslog.gz"));
}

TEST(PathPattern, ElseItMatchesTheLastNames) {
    EXPECT_TRUE(matches("lost+found", "lost+found"));
    EXPECT_TRUE(matches("lost+found", "srv/data/lost+found"));
    EXPECT_FALSE(matches("lost+found", "srv/lost+found2"));
    EXPECT_TRUE(matches("cache/*.deb", "var/cache/x.deb"));
    EXPECT_FALSE(matches("cache/*.deb", "var/cache/x/y.deb"));
    EXPECT_FALSE(matches("cache/*.deb", "x.deb"));
}

TEST(PathPattern, TakesNamesAsBytes) {
    EXPECT_TRUE(matches("caf?", "srv/caf\xe9"));
    EXPECT_TRUE(matches("a?b", "a\nb"));
    EXPECT_TRUE(matches("a\\*", "a*"));
    EXPECT_FALSE(matches("a\\*", "ab"));
}

TEST(PathPatterns, AnyOfThemIsEnough) {
    const PathPatterns patterns = PathPatterns::parse({"/a", "b"}).value();
    EXPECT_TRUE(patterns.match("a"));
    EXPECT_TRUE(patterns.match("x/b"));
    EXPECT_FALSE(patterns.match("x/a"));
    EXPECT_FALSE(PathPatterns().match("a"));
}

}  // namespace
}  // namespace dim::model
