#include "libdim/sync/merge.hpp"
#include "libdim/sync/merge_selection.hpp"

#include <gmock/gmock.h>

namespace dim::sync {
namespace {

using ::testing::HasSubstr;

TEST(MergeSelection, IsAllUnlessSaidOtherwise) {
    for (const MergeFile& file : merge_files()) {
        EXPECT_TRUE(MergeSelection().has(file.path)) << file.name;
        EXPECT_TRUE(MergeSelection::parse("all")->has(file.path)) << file.name;
        EXPECT_FALSE(MergeSelection::parse("none")->has(file.path)) << file.name;
    }
    EXPECT_EQ(MergeSelection(), MergeSelection::parse("all").value());
}

TEST(MergeSelection, IsSomeFiles) {
    const MergeSelection some = MergeSelection::parse("shells, passwd,dpkg-status,passwd").value();
    EXPECT_TRUE(some.has("etc/passwd"));
    EXPECT_TRUE(some.has("etc/shells"));
    EXPECT_TRUE(some.has("var/lib/dpkg/status"));
    EXPECT_FALSE(some.has("etc/shadow"));
    EXPECT_FALSE(some.has("etc/motd"));
    EXPECT_EQ(some.to_text(), "passwd,shells,dpkg-status");
}

TEST(MergeSelection, IsReadAsItIsWritten) {
    for (const std::string text : {"all", "none", "subuid,subgid"})
        EXPECT_EQ(MergeSelection::parse(text)->to_text(), text);
}

TEST(MergeSelection, HasNoOtherFiles) {
    for (const std::string_view text : {"", "etc/passwd", "passwd,", "all,passwd", "None"}) {
        const auto parsed = MergeSelection::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code(), ErrorCode::invalid_input);
        EXPECT_THAT(parsed.error().cure(), HasSubstr("passwd, shadow, group, gshadow, subuid"));
    }
}

}  // namespace
}  // namespace dim::sync
