#include "libdim/manifest/scan_tree.hpp"
#include "libdim/manifest/tree_fixture.hpp"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

namespace dim::manifest {
namespace {

class ScanTreeAgain : public ManifestTree {
protected:
    ScanTreeAgain() {
        for (const char* path : {"a", "a/sub", "a-b", "c"})
            make_directory(path);
        for (const char* path : {"a/1", "a/2", "a/sub/x", "a-b/y", "c/1", "one"})
            write(path, path);
        link("a/1", "c/linked");
    }
    std::string at(const std::string& path) const { return root + "/" + path; }
    void link(const std::string& from, const std::string& to) const {
        std::filesystem::create_hard_link(at(from), at(to));
    }
    RescannedTree scan_again(const ScannedTree& previous) const {
        return scan_tree_again(sys::open_directory(root).value(), previous, {}).value();
    }
    /// It is what a first scan finds.
    void expect_whole(const ScannedTree& previous) const {
        const RescannedTree again = scan_again(previous);
        const ScannedTree all = scan();
        EXPECT_EQ(to_text(again.tree.manifest), to_text(all.manifest));
        EXPECT_EQ(again.tree.inodes, all.inodes);
        EXPECT_EQ(again.tree.cache.size(), all.cache.size());
        EXPECT_FALSE(again.is_same);
    }
};

TEST_F(ScanTreeAgain, TellsThatNothingIsAnother) {
    ScannedTree before = scan_settled();
    const ScannedTree as_seen = before;
    before.inodes.clear();  // as of one that was read from a file
    const RescannedTree again = scan_again(before);
    EXPECT_TRUE(again.is_same);
    EXPECT_TRUE(again.has_same_entries);
    EXPECT_EQ(again.tree.manifest, as_seen.manifest);
    EXPECT_EQ(again.tree.cache, as_seen.cache);
    EXPECT_EQ(again.tree.inodes, as_seen.inodes);
}

TEST_F(ScanTreeAgain, TellsOfAnotherStampAlone) {
    const ScannedTree before = scan_settled();
    ASSERT_TRUE(sys::chmod(at("a/2"), 0600));
    ASSERT_TRUE(sys::chmod(at("a/2"), 0644));
    const RescannedTree again = scan_again(before);
    EXPECT_FALSE(again.is_same);
    EXPECT_TRUE(again.has_same_entries);
    EXPECT_EQ(again.tree.manifest, before.manifest);
    EXPECT_NE(again.tree.cache, before.cache);
}

// A file whose content cannot be what the cache says, since the manifest was forged, keeps it.
TEST_F(ScanTreeAgain, ReadsOnlyWhatChanged) {
    ScannedTree before = scan_settled();
    for (Entry& entry : before.manifest.entries)
        if (entry.type == EntryType::file) entry.sha256[0] ^= 1;
    write("a/2", "other");
    const ScannedTree again = scan_again(before).tree;
    EXPECT_EQ(find(again, "one")->sha256, find(before, "one")->sha256) << "it was read";
    EXPECT_EQ(tls::to_hex(find(again, "a/2")->sha256), tls::sha256("other"));
}

TEST_F(ScanTreeAgain, FindsWhatWasMadeChangedAndRemoved) {
    const ScannedTree before = scan_settled();
    write("a/2", "other");
    write("a/sub/new", "new");
    write("0", "comes first");
    write("zz", "comes last");
    ASSERT_TRUE(sys::unlink(at("one")));
    std::filesystem::remove_all(at("a-b"));
    ASSERT_TRUE(sys::symlink("nowhere", at("a-b")));
    ASSERT_TRUE(sys::rename(at("c"), at("d")));
    expect_whole(before);
}

TEST_F(ScanTreeAgain, FindsNamesThatFilesGotAndLost) {
    const ScannedTree before = scan_settled();
    ASSERT_TRUE(sys::unlink(at("c/linked")));
    link("one", "a/one");
    link("a-b/y", "a/sub/y");
    expect_whole(before);
    ASSERT_TRUE(sys::unlink(at("a/1")));
    expect_whole(before);
}

TEST_F(ScanTreeAgain, WithoutAnEarlierScanIsTheFirst) { expect_whole({}); }

TEST_F(ScanTreeAgain, NeedsNoCache) {
    ScannedTree before = scan_settled();
    before.cache.clear();
    write("one", "other");
    expect_whole(before);
}

TEST_F(ScanTreeAgain, CountsWhatIsTakenOver) {
    const ScannedTree before = scan_settled();
    const auto refusal = [&](const ScanSettings& settings) {
        const auto scanned = scan_tree_again(sys::open_directory(root).value(), before, settings);
        return scanned ? ErrorCode::internal : scanned.error().code();
    };
    const std::size_t size = before.manifest.entries.size();
    EXPECT_EQ(refusal({.entries_limit = size}), ErrorCode::internal);
    EXPECT_EQ(refusal({.entries_limit = size - 1}), ErrorCode::limit_exceeded);
    EXPECT_EQ(refusal({.names_limit = 20}), ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace dim::manifest
