#include "imageserver/look/asked_path.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

TEST(AskedPath, RefusesWhatLeadsElsewhere) {
    for (const char* text : {"", "etc/motd", "/..", "/etc/../shadow", R"(/etc/\2e\2e/x)"}) {
        const auto path = parse_asked_path(text);
        ASSERT_FALSE(path) << text;
        EXPECT_EQ(path.error().code(), ErrorCode::invalid_input) << text;
        EXPECT_FALSE(path.error().cure().empty()) << text;
    }
    EXPECT_FALSE(parse_asked_path(R"(/a\00b)"));
    EXPECT_EQ(parse_asked_path("/" + std::string(4096, 'x')).error().code(),
              ErrorCode::limit_exceeded);
    EXPECT_THAT(parse_asked_path("\x1b[2J").error().message(), HasSubstr("'?[2J'"));
}

TEST(AskedPath, HasTheNamesAlone) {
    EXPECT_EQ(parse_asked_path("/"), "");
    EXPECT_EQ(parse_asked_path("//etc/./motd/"), "etc/motd");
    EXPECT_EQ(parse_asked_path("/a name"), "a name");
}

TEST(AskedPath, CanBeAskedForAsItIsTold) {
    const std::string path = "var/two\nlines \\ caf\xc3\xa9\xff";
    EXPECT_EQ(asked_path_text(path), R"(/var/two\0alines\20\5c\20caf\c3\a9\ff)");
    EXPECT_EQ(parse_asked_path(asked_path_text(path)), path);
    EXPECT_EQ(parse_asked_path(R"(/a\name\2)"), R"(a\name\2)") << "no escape";
}

}  // namespace
}  // namespace dim::server
