#include "libdim/manifest/rescan.hpp"
#include "libdim/manifest/tree_fixture.hpp"
#include "libdim/sys/clock.hpp"

#include <unistd.h>

#include <gmock/gmock.h>

namespace dim::manifest {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

TEST(ChangedPaths, SayWhichNamesAreLookedAt) {
    ChangedPaths changed;
    EXPECT_TRUE(changed.is_empty());
    changed.add("etc/ssh");
    changed.add("etc/passwd");
    changed.add_entry("usr/lib");
    EXPECT_FALSE(changed.is_empty());
    EXPECT_THAT(changed.names(""), Optional(ElementsAre("etc", "usr")));
    EXPECT_THAT(changed.names("etc"), Optional(ElementsAre("passwd", "ssh")));
    EXPECT_EQ(changed.names("etc/ssh"), std::nullopt);
    EXPECT_EQ(changed.names("etc/ssh/keys"), std::nullopt);
    EXPECT_THAT(changed.names("usr/lib"), Optional(ElementsAre()));
    EXPECT_THAT(changed.names("etc/sshd"), Optional(ElementsAre()));
    EXPECT_THAT(changed.entries(),
                ElementsAre("", "etc", "etc/passwd", "etc/ssh", "usr", "usr/lib"));
    changed.add("");
    EXPECT_EQ(changed.names("usr/lib"), std::nullopt);
}

class RescanTest : public ManifestTree {
protected:
    RescanTest() {
        for (const char* path : {"a", "a/sub", "a-b", "c"})
            make_directory(path);
        for (const char* path : {"a/1", "a/2", "a/sub/x", "a-b/y", "c/1"})
            write(path, path);
    }
    std::string at(const std::string& path) const { return root + "/" + path; }
    void move(const std::string& from, const std::string& to) const {
        ASSERT_TRUE(sys::rename(at(from), at(to)));
    }
    void link(const std::string& from, const std::string& to) const {
        ASSERT_EQ(::link(at(from).c_str(), at(to).c_str()), 0);
    }
    Result<RescannedTree> rescan(const ScannedTree& before, const ChangedPaths& changed) const {
        return rescan_tree(sys::open_directory(root).value(), before, changed, {});
    }
    /// A scan of these paths alone is one of all.
    void expect_whole(const ScannedTree& before, std::initializer_list<const char*> paths) const {
        ChangedPaths changed;
        for (const char* path : paths)
            changed.add(path);
        const auto some = rescan(before, changed);
        ASSERT_TRUE(some) << to_string(some.error());
        const ScannedTree all = scan();
        EXPECT_EQ(to_text(some->tree.manifest), to_text(all.manifest));
        EXPECT_EQ(some->tree.inodes, all.inodes);
        EXPECT_EQ(some->tree.cache.size(), all.cache.size());
        EXPECT_FALSE(some->is_same);
    }
};

TEST_F(RescanTest, FindsWhatWasMadeChangedAndRemoved) {
    const ScannedTree before = scan();
    write("a/1", "other");
    write("a/sub/new", "new");
    ASSERT_TRUE(sys::unlink(at("c/1")));
    make_directory("d");
    write("d/deep", "x");
    expect_whole(before, {"a/1", "a/sub/new", "c/1", "d"});
}

TEST_F(RescanTest, LooksAtNothingElse) {
    const ScannedTree before = scan();
    write("a/1", "other");
    write("a/2", "other");
    ChangedPaths changed;
    changed.add("a/1");
    const ScannedTree some = rescan(before, changed).value().tree;
    EXPECT_EQ(find(some, "a/1")->size, 5U);
    EXPECT_EQ(find(some, "a/2")->size, 3U);
}

TEST_F(RescanTest, FollowsDirectoriesThatMove) {
    const ScannedTree before = scan();
    move("a", "moved");
    move("c", "a");
    expect_whole(before, {"a", "moved", "c"});
}

TEST_F(RescanTest, ADirectoryThatIsMeantAloneKeepsWhatIsInIt) {
    const ScannedTree before = scan();
    ASSERT_TRUE(sys::chmod(at("a"), 0700));
    ChangedPaths changed;
    changed.add_entry("a");
    EXPECT_EQ(rescan(before, changed).value().tree.manifest, scan().manifest);
}

TEST_F(RescanTest, TellsThatNothingIsAnother) {
    for (const char* path : {"a/1", "a", "c/1"})
        set_time(path, 1'000'000'000);
    const ScannedTree before = scan_settled();
    ChangedPaths changed;
    changed.add("a");
    changed.add("nothing");
    EXPECT_TRUE(rescan(before, changed).value().is_same);
    EXPECT_EQ(rescan(before, changed).value().tree.manifest, before.manifest);
    ASSERT_TRUE(sys::chmod(at("a/sub/x"), 0600));
    EXPECT_FALSE(rescan(before, changed).value().is_same);
    ASSERT_TRUE(sys::unlink(at("a/sub/x")));
    EXPECT_FALSE(rescan(before, changed).value().is_same);
    write("nothing", "");
    EXPECT_FALSE(rescan(before, changed).value().is_same);
}

TEST_F(RescanTest, GroupsFilesThatGetAnotherName) {
    const ScannedTree before = scan();
    link("a/1", "c/other");
    expect_whole(before, {"c/other"});
    const ScannedTree linked = scan();
    write("c/other", "changed by it");
    expect_whole(linked, {"c/other"});
    link("a-b/y", "a/y");
    expect_whole(linked, {"a/y", "a/1"});
}

TEST_F(RescanTest, UngroupsFilesThatLoseTheirOtherName) {
    link("a/sub/x", "c/x");
    link("a/1", "a-b/1");
    const ScannedTree before = scan();
    ASSERT_EQ(::rename(at("a/sub").c_str(), (temporary / "gone").c_str()), 0);
    expect_whole(before, {"a/sub"});
}

TEST_F(RescanTest, AWayThatIsNoneAnyMoreIsTold) {
    const ScannedTree before = scan();
    move("a", "moved");
    ChangedPaths changed;
    changed.add("a/1");
    EXPECT_EQ(rescan(before, changed).error().code(), ErrorCode::conflict);
    make_directory("a");
    EXPECT_EQ(rescan(before, changed).error().code(), ErrorCode::conflict);
}

TEST_F(RescanTest, NeedsToKnowInodes) {
    ScannedTree before = scan();
    before.inodes.clear();
    EXPECT_EQ(rescan(before, {}).error().code(), ErrorCode::invalid_input);
}

}  // namespace
}  // namespace dim::manifest
