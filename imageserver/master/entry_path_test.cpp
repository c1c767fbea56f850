#include "imageserver/master/entry_path.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

TEST(EntryPath, RefusesWhatLeadsOut) {
    for (const std::string_view name : {"..", "../x", "a/../b", "a/..", "./..", "/etc/passwd", "/"})
        EXPECT_EQ(entry_path(name).error().code(), ErrorCode::invalid_input) << name;
    EXPECT_FALSE(entry_path(std::string_view("a\0b", 3)));
    EXPECT_THAT(entry_path("a\n/../b").error().message(), HasSubstr("'a?/../b'"));
}

TEST(EntryPath, RefusesWhatNoFileSystemHolds) {
    std::string deep;
    for (int depth = 0; depth < 300; ++depth)
        deep += "d/";
    EXPECT_EQ(entry_path(deep).error().code(), ErrorCode::limit_exceeded);
    EXPECT_EQ(entry_path(std::string(256, 'x')).error().code(), ErrorCode::limit_exceeded);
    std::string long_path;
    for (int part = 0; part < 20; ++part)
        long_path += std::string(250, 'x') + "/";
    EXPECT_EQ(entry_path(long_path).error().code(), ErrorCode::limit_exceeded);
}

TEST(EntryPath, IsFromTheRoot) {
    EXPECT_EQ(entry_path("").value(), "");
    EXPECT_EQ(entry_path("./").value(), "");
    EXPECT_EQ(entry_path("./usr//bin/").value(), "usr/bin");
    EXPECT_EQ(entry_path("...").value(), "...");
    EXPECT_EQ(entry_path("a\nb/\xff..").value(), "a\nb/\xff..");
}

}  // namespace
}  // namespace dim::server
