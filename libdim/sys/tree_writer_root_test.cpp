#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/sys/tree_writer.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>

namespace dim::sys {
namespace {

using Links = TreeWriter::Links;

class TreeWriterTest : public ::testing::Test {
protected:
    TreeWriterTest() { EXPECT_TRUE(mkdir(root_)); }
    TreeWriter writer(Links links) const {
        return TreeWriter(open_directory(root_).value(), links);
    }
    static Result<void> put(TreeWriter& writer, const std::string& path) {
        DIM_TRY(const Fd file, writer.file(path));
        DIM_CHECK(write_all(file, path));
        return writer.finish_file(path, {.mode = 0640, .modified = {}, .extended = {}});
    }
    static FileAttributes attributes(mode_t mode) {
        return {.mode = mode, .modified = {.seconds = 1'000'000}, .extended = {}};
    }

    const testing::TemporaryDirectory directory_;
    const std::string root_ = directory_ / "root";
};

TEST_F(TreeWriterTest, NothingLeadsOut) {
    TreeWriter refusing = writer(Links::refused);
    EXPECT_FALSE(put(refusing, "../out"));
    ASSERT_TRUE(refusing.symlink("link", directory_.path(), attributes(0777)));
    EXPECT_EQ(put(refusing, "link/out").error().code(), ErrorCode::invalid_input);
    EXPECT_FALSE(refusing.directory("link/out", attributes(0755)));
    EXPECT_FALSE(refusing.special("link/out", 0, attributes(S_IFIFO | 0600)));
    EXPECT_FALSE(refusing.hard_link("link/out", "link"));
    EXPECT_FALSE(refusing.hard_link("out", "link/root"));
    EXPECT_FALSE(refusing.remove("link/root"));
    EXPECT_FALSE(refusing.clear("link"));
    TreeWriter within = writer(Links::within_root);
    // The link is absolute: within the root there is no such path.
    EXPECT_FALSE(put(within, "link/out"));
    ASSERT_TRUE(within.symlink("up", "../..", attributes(0777)));
    ASSERT_TRUE(put(within, "up/rooted"));
    EXPECT_TRUE(stat(root_ + "/rooted"));
    EXPECT_EQ(list_names(directory_.path()).value(), std::vector<std::string>{"root"});
}

TEST_F(TreeWriterTest, WhatIsThereGivesWay) {
    TreeWriter tree = writer(Links::refused);
    ASSERT_TRUE(put(tree, "a/b/file"));
    ASSERT_TRUE(tree.hard_link("other", "a/b/file"));
    ASSERT_TRUE(put(tree, "other"));
    EXPECT_EQ(read_file(root_ + "/a/b/file").value(), "a/b/file");
    EXPECT_EQ(read_file(root_ + "/other").value(), "other");
    ASSERT_TRUE(tree.directory("a", attributes(0700)));
    EXPECT_TRUE(stat(root_ + "/a/b/file"));
    ASSERT_TRUE(tree.hard_link("other", "other"));
    EXPECT_TRUE(stat(root_ + "/other"));
    ASSERT_TRUE(put(tree, "a"));
    EXPECT_EQ(read_file(root_ + "/a").value(), "a");
    EXPECT_EQ(tree.hard_link("x", "missing").error().code(), ErrorCode::not_found);
}

TEST_F(TreeWriterTest, TimesOfDirectoriesAreThoseThatWereGiven) {
    TreeWriter tree = writer(Links::refused);
    ASSERT_TRUE(tree.directory("", attributes(0711)));
    ASSERT_TRUE(tree.directory("d", attributes(01777)));
    ASSERT_TRUE(put(tree, "d/file"));
    ASSERT_TRUE(tree.directory("gone", attributes(0755)));
    ASSERT_TRUE(tree.remove("gone"));
    ASSERT_TRUE(tree.remove("gone/twice"));
    ASSERT_TRUE(tree.directory("link", attributes(0755)));
    ASSERT_TRUE(tree.symlink("link", "d", attributes(0777)));
    ASSERT_TRUE(tree.finish());
    for (const char* path : {"", "/d"})
        EXPECT_EQ(stat(root_ + path)->modified.seconds, 1'000'000) << path;
    EXPECT_EQ(stat(root_ + "/d")->mode & 07777, 01777U);
    EXPECT_EQ(stat(root_ + "/d/file")->mode & 07777, 0640U);
}

TEST_F(TreeWriterTest, AclsOfDirectoriesAreThoseThatWereGiven) {
    // acl(5) as the kernel has it: the owner, user 54321, the group, the mask and all others.
    const std::string acl(
        "\2\0\0\0\1\0\7\0\xff\xff\xff\xff\2\0\5\0\x31\xd4\0\0\4\0\5\0\xff\xff\xff\xff"
        "\x10\0\5\0\xff\xff\xff\xff\x20\0\5\0\xff\xff\xff\xff",
        44);
    const ExtendedAttributes both{{"system.posix_acl_access", acl},
                                  {"system.posix_acl_default", acl}};
    TreeWriter tree = writer(Links::refused);
    FileAttributes wanted = attributes(0755);
    wanted.extended = both;
    ASSERT_TRUE(tree.directory("both", wanted));
    ASSERT_TRUE(put(tree, "both/file"));
    wanted.extended.erase("system.posix_acl_default");
    ASSERT_TRUE(tree.directory("own", wanted));
    ASSERT_TRUE(tree.finish());
    const Fd root = open_directory(root_).value();
    EXPECT_EQ(extended_attributes(root, "both").value(), both);
    EXPECT_EQ(extended_attributes(root, "own").value(), wanted.extended);
    EXPECT_TRUE(
        extended_attributes(open_directory(root_ + "/both").value(), "file").value().empty());
}

TEST_F(TreeWriterTest, WhatIsInADirectoryCanGo) {
    TreeWriter tree = writer(Links::refused);
    ASSERT_TRUE(put(tree, "d/e/f"));
    ASSERT_TRUE(put(tree, "d/g"));
    ASSERT_TRUE(tree.clear("d"));
    EXPECT_TRUE(list_names(root_ + "/d").value().empty());
    ASSERT_TRUE(tree.clear("missing"));
    ASSERT_TRUE(put(tree, "d/e/again"));
    EXPECT_TRUE(stat(root_ + "/d/e/again"));
}

}  // namespace
}  // namespace dim::sys
