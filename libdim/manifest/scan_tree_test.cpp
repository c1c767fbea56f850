#include "libdim/manifest/compare.hpp"
#include "libdim/manifest/manifest_text.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/manifest/tree_fixture.hpp"

#include <atomic>
#include <filesystem>
#include <sys/xattr.h>
#include <thread>

#include <gmock/gmock.h>

namespace dim::manifest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ScanTree : public ManifestTree {};

TEST_F(ScanTree, IsRefusedOfAFile) {
    write("file", "");
    EXPECT_FALSE(scan_tree(sys::open(root + "/file", O_RDONLY).value(), {}));
}

TEST_F(ScanTree, NamesADirectoryThatIsTooDeep) {
    sys::Fd directory = sys::open_directory(root).value();
    for (int depth = 0; depth < 260; ++depth) {
        ASSERT_TRUE(sys::mkdirat(directory, "d"));
        directory = sys::openat(directory, "d", O_RDONLY | O_DIRECTORY).value();
    }
    const auto scanned = scan_tree(sys::open_directory(root).value(), {});
    ASSERT_FALSE(scanned);
    EXPECT_EQ(scanned.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(scanned.error().message(), HasSubstr("d/d/d"));
}

TEST_F(ScanTree, EndsBeyondItsLimits) {
    for (const char* name : {"one", "two", "three"})
        write(name, "");
    const auto refusal = [&](const ScanSettings& settings) {
        const auto scanned = scan_tree(sys::open_directory(root).value(), settings);
        return scanned ? ErrorCode::internal : scanned.error().code();
    };
    EXPECT_TRUE(scan_tree(sys::open_directory(root).value(), {.entries_limit = 4}));
    EXPECT_EQ(refusal({.entries_limit = 3}), ErrorCode::limit_exceeded);
    EXPECT_TRUE(scan_tree(sys::open_directory(root).value(), {.names_limit = 11}));
    EXPECT_EQ(refusal({.names_limit = 10}), ErrorCode::limit_exceeded);
    ASSERT_TRUE(sys::symlink("twelve bytes", root + "/one-more"));
    EXPECT_EQ(refusal({.names_limit = 30}), ErrorCode::limit_exceeded) << "a link's target counts";
    EXPECT_TRUE(scan_tree(sys::open_directory(root).value(), {.names_limit = 31}));
}

TEST_F(ScanTree, ContentThatIsLeftOutIsNotReadButWhereACacheKnowsIt) {
    write("known", "known");
    const ScannedTree previous = scan_settled();
    write("new", "new");
    const ScannedTree tree = scan({.previous = &previous, .content = Content::left_out});
    EXPECT_EQ(find(tree, "known")->sha256, find(previous, "known")->sha256);
    EXPECT_EQ(find(tree, "new")->sha256, tls::Sha256Digest{});
    EXPECT_EQ(find(tree, "new")->size, 3U);
}

TEST_F(ScanTree, FollowsNothing) {
    ASSERT_TRUE(sys::mkdir(temporary / "outside"));
    ASSERT_TRUE(sys::symlink(temporary / "outside", root + "/link"));
    ASSERT_TRUE(sys::symlink("link", root + "/again"));
    ASSERT_TRUE(sys::symlink(".", root + "/loop"));
    const ScannedTree tree = scan();
    EXPECT_EQ(tree.manifest.entries.size(), 4U);
    EXPECT_EQ(find(tree, "link")->target, temporary / "outside");
    EXPECT_EQ(find(tree, "loop")->type, EntryType::symlink);
}

TEST_F(ScanTree, KeepsNamesOfAllBytesInOrder) {
    make_directory("a");
    for (const char* name : {"a/b", "a-b", "a\nb", "\xff\xfe", " "})
        write(name, name);
    const ScannedTree tree = scan();
    std::vector<std::string> paths;
    for (const Entry& entry : tree.manifest.entries)
        paths.push_back(entry.path);
    EXPECT_THAT(paths, ElementsAre("", " ", "a", "a\nb", "a-b", "a/b", "\xff\xfe"));
    EXPECT_EQ(parse_manifest(to_text(tree.manifest)), tree.manifest);
}

TEST_F(ScanTree, KnowsHardLinksHolesAndAttributes) {
    write("one", "same");
    write("other", "same");
    std::filesystem::create_hard_link(root + "/one", root + "/two");
    std::filesystem::create_hard_link(root + "/other", temporary / "outside");
    const sys::Fd sparse = sys::open(root + "/sparse", O_WRONLY | O_CREAT, 0644).value();
    ASSERT_TRUE(sys::ftruncate(sparse, std::uint64_t{5} << 20));
    const bool has_attributes = ::setxattr((root + "/one").c_str(), "user.note", "kept", 4, 0) == 0;
    const ScannedTree tree = scan();
    EXPECT_EQ(find(tree, "one")->link_group, 1U);
    EXPECT_EQ(find(tree, "two")->link_group, 1U);
    EXPECT_EQ(find(tree, "other")->link_group, 0U) << "its other name is not in the tree";
    EXPECT_EQ(find(tree, "sparse")->size, std::uint64_t{5} << 20);
    EXPECT_EQ(tls::to_hex(find(tree, "sparse")->sha256),
              tls::sha256(std::string(std::size_t{5} << 20, '\0')));
    if (has_attributes) {
        EXPECT_EQ(find(tree, "two")->attributes, (sys::ExtendedAttributes{{"user.note", "kept"}}));
    }
    EXPECT_EQ(parse_manifest(to_text(tree.manifest)), tree.manifest);
}

TEST_F(ScanTree, IsTheSameForEveryNumberOfThreads) {
    for (int directory = 0; directory < 20; ++directory) {
        make_directory(std::to_string(directory));
        for (int file = 0; file < 20; ++file)
            write(std::to_string(directory) + "/" + std::to_string(file),
                  std::string(file == 0 ? 300'000 : static_cast<std::size_t>(file), 'x'));
    }
    const Manifest one = scan({.threads = 1}).manifest;
    EXPECT_EQ(one.entries.size(), 421U);
    EXPECT_EQ(scan({.threads = 8}).manifest, one);
    EXPECT_EQ(scan().manifest, one);
}

TEST_F(ScanTree, LeavesOutWhatDoesNotBelongToTheTree) {
    make_directory("lost+found");
    make_directory("sub");
    make_directory("sub/lost+found");
    write("lost+found/file", "");
    const ScannedTree tree = scan(
        {.filter = {.leaves_out = [](const std::string& path) { return path == "lost+found"; }}});
    EXPECT_EQ(find(tree, "lost+found"), nullptr);
    EXPECT_NE(find(tree, "sub/lost+found"), nullptr) << "only directly below the root";
    EXPECT_EQ(tree.manifest.entries.size(), 3U);
}

// What the cache vouches for is not read: a file whose content cannot be what the cache says, since
// the previous manifest was forged, keeps what it says.
TEST_F(ScanTree, ReadsOnlyWhatChanged) {
    write("kept", "old");
    write("changed", "old");
    write("same size", "old");
    ScannedTree previous = scan_settled();
    for (Entry& entry : previous.manifest.entries)
        if (entry.type == EntryType::file) entry.sha256[0] ^= 1;
    write("changed", "newer");
    write("same size", "new");
    set_time("same size", find(previous, "same size")->modified.seconds);
    const ScannedTree tree = scan({.previous = &previous});
    EXPECT_EQ(find(tree, "kept")->sha256, find(previous, "kept")->sha256) << "it was read";
    EXPECT_EQ(tls::to_hex(find(tree, "changed")->sha256), tls::sha256("newer"));
    EXPECT_EQ(tls::to_hex(find(tree, "same size")->sha256), tls::sha256("new"));
}

TEST_F(ScanTree, DoesNotTrustAChangeOfThisMoment) {
    write("file", "old");
    const ScannedTree tree = scan();
    const auto index = static_cast<std::size_t>(find(tree, "file") - tree.manifest.entries.data());
    EXPECT_FALSE(tree.cache[index]);
}

TEST_F(ScanTree, FindsWithACacheWhatItFindsWithout) {
    make_directory("a");
    write("a/one", "1");
    std::filesystem::create_hard_link(root + "/a/one", root + "/two");
    ASSERT_TRUE(sys::symlink("one", root + "/a/link"));
    const ScannedTree previous = scan_settled();
    EXPECT_EQ(scan({.previous = &previous}).manifest, previous.manifest);
    std::filesystem::remove(root + "/two");
    ASSERT_TRUE(sys::chmod(root + "/a/one", 0600));
    write("three", "");
    EXPECT_EQ(scan({.previous = &previous}).manifest, scan().manifest);
    EXPECT_EQ(find(scan({.previous = &previous}), "a/one")->link_group, 0U);
}

// Files come, go, become links and directories: the scan ends well, or names a path.
TEST_F(ScanTree, AnUnquietTreeGivesADefinedResult) {
    make_directory("d");
    write("d/steady", "steady");
    std::atomic<int> rounds = 0;
    const std::jthread unquiet([&](const std::stop_token& stop) {
        const std::string name = root + "/d/name";
        while (!stop.stop_requested()) {
            (void)sys::mkdir(name);
            (void)sys::rmdir(name);
            (void)sys::symlink("/", name);
            (void)sys::unlink(name);
            {
                const auto file = sys::open(name, O_WRONLY | O_CREAT, 0644);
                if (file) (void)sys::write_all(*file, "text");
            }
            (void)sys::unlink(name);
            ++rounds;
        }
    });
    for (int count = 0; count < 200 || rounds < 200; ++count) {
        const auto tree = scan_tree(sys::open_directory(root).value(), {.threads = 2});
        if (tree) {
            EXPECT_NE(find(*tree, "d/steady"), nullptr);
            EXPECT_LE(tree->manifest.entries.size(), 4U) << "it left the tree";
            EXPECT_EQ(parse_manifest(to_text(tree->manifest)), tree->manifest);
        } else {
            EXPECT_EQ(tree.error().code(), ErrorCode::conflict) << to_string(tree.error());
            EXPECT_THAT(tree.error().message(), HasSubstr("d"));
        }
    }
}

}  // namespace
}  // namespace dim::manifest
