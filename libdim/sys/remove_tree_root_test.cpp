#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/remove_tree.hpp"
#include "libdim/testing/own_mounts.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

class RemoveTree : public ::testing::Test {
protected:
    static void SetUpTestSuite() { dim::testing::enter_own_mounts(); }
    RemoveTree() {
        EXPECT_TRUE(ensure_directory(directory_ / "tree/a/b"));
        EXPECT_TRUE(ensure_directory(directory_ / "precious"));
        EXPECT_TRUE(write_file_atomically(directory_ / "precious/file", "kept"));
        EXPECT_TRUE(write_file_atomically(directory_ / "tree/a/file", "gone"));
    }
    Result<void> remove(const std::string& name) const {
        return remove_tree(*open_directory(directory_.path()), name);
    }
    bool is_there(const std::string& name) const { return stat(directory_ / name).has_value(); }

    const testing::TemporaryDirectory directory_;
};

TEST_F(RemoveTree, DoesNotEnterAMount) {
    // A bind mount of the same file system: the device number does not give it away.
    ASSERT_TRUE(bind_mount(directory_ / "precious", directory_ / "tree/a/b", Access::read_write));
    const auto removed = remove("tree");
    ASSERT_TRUE(umount(directory_ / "tree/a/b"));
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(is_there("precious/file"));
    EXPECT_TRUE(remove("tree"));
    EXPECT_FALSE(is_there("tree"));
}

TEST_F(RemoveTree, DoesNotFollowLinks) {
    ASSERT_TRUE(symlink(directory_ / "precious", directory_ / "tree/a/link"));
    ASSERT_TRUE(symlink(directory_ / "precious", directory_ / "link"));
    EXPECT_TRUE(remove("tree"));
    EXPECT_TRUE(remove("link"));
    EXPECT_TRUE(is_there("precious/file"));
    EXPECT_FALSE(is_there("tree"));
}

TEST_F(RemoveTree, TakesOnlyNames) {
    for (const char* name : {"", ".", "..", "tree/a", "/tmp"})
        EXPECT_EQ(remove(name).error().code(), ErrorCode::invalid_input) << name;
    EXPECT_TRUE(is_there("tree/a/file"));
}

TEST_F(RemoveTree, IsContentWithNothing) { EXPECT_TRUE(remove("missing")); }

}  // namespace
}  // namespace dim::sys
