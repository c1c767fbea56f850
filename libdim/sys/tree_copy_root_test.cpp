#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/tree_copy.hpp"
#include "libdim/testing/own_mounts.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <atomic>
#include <filesystem>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>

namespace dim::sys {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A tree "from" to be copied as "to/from", in a mount namespace of its own.
class TreeCopyTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() { dim::testing::enter_own_mounts(); }
    TreeCopyTest() {
        EXPECT_TRUE(mkdir(from_));
        EXPECT_TRUE(mkdir(directory_ / "to"));
    }
    void write(const std::string& name, std::string_view bytes) const {
        ASSERT_TRUE(write_file_atomically(from_ + "/" + name, bytes));
    }
    Result<void> copy(std::function<void(std::uint64_t)> progress = {}) const {
        const Fd source = open_directory(directory_.path()).value();
        TreeCopy tree_copy(open_directory(directory_ / "to").value(), std::move(progress));
        return tree_copy.copy(source, "from");
    }
    /// What rsync finds to be different.
    std::string differences() const {
        return run({"rsync", "-aHAXni", "--numeric-ids", "--delete", "--checksum", from_ + "/",
                    to_ + "/"},
                   std::chrono::seconds(10))
            .value()
            .output;
    }

    const testing::TemporaryDirectory directory_;
    const std::string from_ = directory_ / "from";
    const std::string to_ = directory_ / "to/from";
};

TEST_F(TreeCopyTest, RefusesWhatIsThereAlready) {
    ASSERT_TRUE(copy());
    EXPECT_EQ(copy().error().code(), ErrorCode::already_exists);
    const Fd source = open_directory(directory_.path()).value();
    TreeCopy other(open_directory(directory_ / "to").value(), {});
    EXPECT_EQ(other.copy(source, "missing").error().code(), ErrorCode::not_found);
    EXPECT_EQ(other.copy(source, "../from").error().code(), ErrorCode::invalid_input);
    EXPECT_FALSE(measure_tree(source, ".."));
}

TEST_F(TreeCopyTest, RefusesABottomlessTree) {
    std::string path = from_;
    for (int depth = 0; depth < 300; ++depth) {
        path += "/d";
        ASSERT_TRUE(mkdir(path));
    }
    EXPECT_EQ(copy().error().code(), ErrorCode::limit_exceeded);
}

TEST_F(TreeCopyTest, NamesThePathThatFailed) {
    ASSERT_TRUE(mkdir(from_ + "/a"));
    write("a/large", std::string(std::size_t{2} << 20, 'x'));
    ASSERT_TRUE(mount("none", directory_ / "to", "tmpfs", 0, "size=1m"));
    const auto copied = copy();
    ASSERT_TRUE(umount(directory_ / "to", MNT_DETACH));
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(copied.error().message(), HasSubstr("from/a/large"));
}

TEST_F(TreeCopyTest, KeepsEverything) {
    ASSERT_TRUE(mkdir(from_ + "/a", 0750));
    write("a/one", "content");
    std::filesystem::create_hard_link(from_ + "/a/one", from_ + "/two");
    ASSERT_TRUE(symlink("/etc/passwd", from_ + "/outside"));
    ASSERT_EQ(::mknod((from_ + "/node").c_str(), S_IFBLK | 0640, makedev(7, 300)), 0);
    ASSERT_EQ(::mknod((from_ + "/socket").c_str(), S_IFSOCK | 0600, 0), 0);
    ASSERT_EQ(::mkfifo((from_ + "/fifo").c_str(), 0600), 0);
    ASSERT_EQ(::lchown((from_ + "/outside").c_str(), 12, 34), 0);
    ASSERT_EQ(::chown((from_ + "/a/one").c_str(), 70000, 80000), 0);
    ASSERT_TRUE(chmod(from_ + "/a/one", 06755));
    ASSERT_EQ(::setxattr((from_ + "/a").c_str(), "user.directory", "1", 1, 0), 0);
    ASSERT_EQ(::lsetxattr((from_ + "/outside").c_str(), "trusted.link", "2", 1, 0), 0);
    const std::array<timespec, 2> times{timespec{.tv_sec = 1, .tv_nsec = 1},
                                        timespec{.tv_sec = 2, .tv_nsec = 3}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (from_ + "/a").c_str(), times.data(), 0), 0);
    std::uint64_t entries = 0;
    ASSERT_TRUE(copy([&](std::uint64_t count) { entries = count; }));
    EXPECT_EQ(entries, 8U);
    EXPECT_EQ(differences(), "");
    EXPECT_EQ(stat(to_ + "/a")->modified_us, 2'000'000);
    EXPECT_EQ(stat(to_ + "/two")->inode, stat(to_ + "/a/one")->inode);
}

TEST_F(TreeCopyTest, TakesNoAclOfTheDirectoryThatItCopiesTo) {
    write("file", "content");
    ASSERT_TRUE(mkdir(to_));
    ASSERT_TRUE(run({"setfacl", "-m", "d:u:54321:rwx", to_}, std::chrono::seconds(10))
                    ->status.is_success());
    const Fd from = open_directory(from_).value();
    const Fd to = open_directory(to_).value();
    ASSERT_TRUE(copy_node(from, "file", to, "file"));
    EXPECT_TRUE(extended_attributes(to, "file").value().empty());
}

TEST_F(TreeCopyTest, KeepsHoles) {
    const Fd sparse = open(from_ + "/sparse", O_WRONLY | O_CREAT, 0600).value();
    ASSERT_TRUE(write_all(sparse, "start"));
    ASSERT_TRUE(ftruncate(sparse, std::uint64_t{64} << 20));
    ASSERT_TRUE(copy());
    EXPECT_EQ(stat(to_ + "/sparse")->size, std::uint64_t{64} << 20);
    EXPECT_LE(stat(to_ + "/sparse")->allocated, 64U * 1024);
}

TEST_F(TreeCopyTest, StaysOnItsFileSystem) {
    ASSERT_TRUE(mkdir(from_ + "/mounted"));
    ASSERT_TRUE(mount("none", from_ + "/mounted", "tmpfs", 0, "size=1m"));
    write("mounted/inside", "");
    const auto copied = copy();
    const Fd parent = open_directory(directory_.path()).value();
    const auto size = measure_tree(parent, "from");
    ASSERT_TRUE(umount(from_ + "/mounted", MNT_DETACH));
    ASSERT_TRUE(copied);
    EXPECT_THAT(list_names(to_ + "/mounted").value(), IsEmpty());
    EXPECT_EQ(size->entries, 2U);
}

TEST_F(TreeCopyTest, LeavesOutWhatItIsTold) {
    ASSERT_TRUE(mkdir(from_ + "/a"));
    ASSERT_TRUE(mkdir(from_ + "/b"));
    write("a/inside", "x");
    write("b/inside", "x");
    const TreeFilter filter{
        .leaves_out = [](const std::string& path) { return path == "from/a/inside"; },
        .enters = {}};
    const Fd source = open_directory(directory_.path()).value();
    TreeCopy tree_copy(open_directory(directory_ / "to").value(), {}, filter);
    ASSERT_TRUE(tree_copy.copy(source, "from"));
    EXPECT_THAT(list_names(to_ + "/a").value(), IsEmpty());
    EXPECT_TRUE(stat(to_ + "/b/inside"));
    EXPECT_EQ(measure_tree(source, "from", filter)->entries, 4U);
}

TEST_F(TreeCopyTest, EntersTheFileSystemsThatBelongToTheTree) {
    ASSERT_TRUE(mkdir(from_ + "/mounted"));
    ASSERT_TRUE(mount("none", from_ + "/mounted", "tmpfs", 0, "size=1m"));
    write("mounted/inside", "x");
    const TreeFilter filter{.leaves_out = {}, .enters = [](const Fd&) { return true; }};
    const Fd source = open_directory(directory_.path()).value();
    TreeCopy tree_copy(open_directory(directory_ / "to").value(), {}, filter);
    const auto copied = tree_copy.copy(source, "from");
    const auto size = measure_tree(source, "from", filter);
    ASSERT_TRUE(umount(from_ + "/mounted", MNT_DETACH));
    ASSERT_TRUE(copied);
    EXPECT_TRUE(stat(to_ + "/mounted/inside"));
    EXPECT_EQ(size->entries, 3U);
}

TEST_F(TreeCopyTest, LeavesOutWhatVanishes) {
    ASSERT_TRUE(mkdir(from_ + "/directory"));
    write("directory/inside", "x");
    write("file", "x");
    write("kept", "x");
    const Fd source = open_directory(directory_.path()).value();
    // An entry is counted after it was found, before it is opened.
    TreeCopy tree_copy(open_directory(directory_ / "to").value(), [&](std::uint64_t entries) {
        if (entries == 2) std::filesystem::remove_all(from_ + "/directory");
        if (entries == 3) std::filesystem::remove(from_ + "/file");
    });
    ASSERT_TRUE(tree_copy.copy(source, "from"));
    EXPECT_EQ(list_names(to_).value(), std::vector<std::string>{"kept"});
    EXPECT_EQ(tree_copy.unsteady().vanished, 2U);
    EXPECT_EQ(tree_copy.unsteady().changed, 0U);
}

TEST_F(TreeCopyTest, NamesWhatIsWrittenToAllTheTime) {
    // On a file system where copying takes its time: no blocks are shared.
    ASSERT_TRUE(mount("none", from_, "tmpfs", 0, "size=256m"));
    write("busy", std::string(std::size_t{64} << 20, 'x'));
    std::atomic<bool> ends = false;
    std::atomic<bool> has_begun = false;
    std::thread writer([&] {
        const Fd file = open(from_ + "/busy", O_WRONLY | O_APPEND).value();
        for (std::size_t count = 0; !ends && count < 100'000'000; ++count) {
            ASSERT_TRUE(write_all(file, "x"));
            has_begun = true;
        }
    });
    while (!has_begun)
        std::this_thread::yield();
    TreeCopy tree_copy(open_directory(directory_ / "to").value(), {});
    const Fd from = open_directory(from_).value();
    const auto copied = tree_copy.copy(from, "busy");
    ends = true;
    writer.join();
    ASSERT_TRUE(umount(from_, MNT_DETACH));
    ASSERT_TRUE(copied);
    EXPECT_EQ(tree_copy.unsteady().changed, 1U);
    EXPECT_EQ(tree_copy.unsteady().changed_paths, std::vector<std::string>{"busy"});
    EXPECT_GE(stat(directory_ / "to/busy")->size, std::uint64_t{64} << 20);
}

TEST_F(TreeCopyTest, CanCopyADirectoryWithoutItsContents) {
    write("inside", "");
    ASSERT_TRUE(chmod(from_, 01777));
    const Fd source = open_directory(directory_.path()).value();
    TreeCopy tree_copy(open_directory(directory_ / "to").value(), {});
    ASSERT_TRUE(tree_copy.copy_directory_only(source, "from"));
    EXPECT_THAT(list_names(to_).value(), IsEmpty());
    EXPECT_EQ(stat(to_)->mode & 07777, 01777U);
}

TEST_F(TreeCopyTest, MeasuresInBlocks) {
    write("small", "x");
    write("larger", std::string(5000, 'x'));
    const Fd parent = open_directory(directory_.path()).value();
    EXPECT_EQ(measure_tree(parent, "from").value(),
              (TreeSize{.entries = 3, .bytes = 4096 + 4096 + 8192}));
}

}  // namespace
}  // namespace dim::sys
