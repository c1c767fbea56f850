#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/seen_paths.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/manifest/tree_fixture.hpp"

#include <cstdio>
#include <functional>
#include <unistd.h>

#include <gmock/gmock.h>

namespace dim::manifest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Files of one word; before they take their places somebody else writes to the tree.
class DisturbedSource final : public FileSource {
public:
    Result<void> provide(const Entry& /*entry*/, const sys::Fd& directory,
                         const std::string& name) override {
        DIM_TRY(const sys::Fd file,
                sys::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL, 0644));
        return sys::write_all(file, "new");
    }
    Result<void> settle() override {
        if (disturb) disturb();
        return {};
    }
    std::size_t most_waiting() const override { return 100; }

    std::function<void()> disturb;
};

class SeenPathsTest : public ManifestTree {
protected:
    SeenPathsTest() {
        make_directory("etc");
        make_directory("etc/dir");
        make_directory("etc/old");
        for (const char* path : {"etc/a", "etc/b", "etc/dir/inside", "etc/gone", "etc/old/inside"})
            write(path, "old");
        have = scan().manifest;
        see();
    }
    /// All there is, as if a second ago.
    void see() {
        const sys::Fd top = sys::open_directory(root).value();
        OpenParents parents(top);
        for (const Entry& entry : have.entries) {
            if (entry.path.empty()) continue;
            ReadEntry read = read_entry(**parents.of(entry.path), name_of(entry.path), entry.path,
                                        sys::fstat(top)->device)
                                 .value()
                                 .value();
            ++read.looked.seconds;
            seen.add(read);
        }
    }
    /// etc/a, etc/b and etc/c are new files, so is etc/dir, and etc/gone and etc/old are no more.
    static bool is_removed(const Entry& entry) {
        return entry.path == "etc/gone" || entry.path.starts_with("etc/old") ||
               entry.path.starts_with("etc/dir/");
    }
    Manifest wanted() const {
        Manifest want = select_entries(have, [](const Entry& entry) { return !is_removed(entry); });
        Entry added = *std::ranges::find(want.entries, "etc/b", &Entry::path);
        added.path = "etc/c";
        want.entries.insert(std::ranges::find(want.entries, "etc/dir", &Entry::path), added);
        for (Entry& entry : want.entries) {
            if (entry.path.size() <= 4) continue;
            entry.type = EntryType::file;
            entry.sha256.fill(1);
        }
        return want;
    }
    void change() {
        const Manifest want = wanted();
        const auto done = carry_out(plan_change(have, want), sys::open_directory(root).value(),
                                    source, {}, &seen);
        ASSERT_TRUE(done) << to_string(done.error());
    }
    std::string text(const std::string& path) const {
        return sys::read_file(root + "/" + path).value_or("nothing");
    }
    std::vector<std::string> names(const std::string& path) const {
        auto found = sys::list_names(root + "/" + path).value();
        std::ranges::sort(found);
        return found;
    }

    Manifest have;
    SeenPaths seen;
    DisturbedSource source;
};

TEST_F(SeenPathsTest, WhatNobodyTouchedIsChanged) {
    change();
    EXPECT_THAT(seen.left(), IsEmpty());
    EXPECT_THAT(names("etc"), ElementsAre("a", "b", "c", "dir"));
    for (const char* path : {"etc/a", "etc/b", "etc/c", "etc/dir"})
        EXPECT_EQ(text(path), "new") << path;
}

TEST_F(SeenPathsTest, WhatIsWrittenMeanwhileStays) {
    source.disturb = [this] {
        write("etc/a", "mine");
        write("etc/c", "mine");
        write("etc/gone", "mine");
    };
    change();
    EXPECT_THAT(seen.left(), ElementsAre("etc/a", "etc/c", "etc/gone"));
    EXPECT_THAT(names("etc"), ElementsAre("a", "b", "c", "dir", "gone"));
    EXPECT_EQ(text("etc/a"), "mine");
    EXPECT_EQ(text("etc/b"), "new");
    EXPECT_EQ(text("etc/c"), "mine");
    EXPECT_EQ(text("etc/gone"), "mine");
}

TEST_F(SeenPathsTest, WhatIsRemovedMeanwhileStaysRemoved) {
    source.disturb = [this] {
        for (const char* path : {"etc/b", "etc/gone"})
            ASSERT_EQ(::unlink((root + "/" + path).c_str()), 0);
    };
    change();
    EXPECT_THAT(seen.left(), ElementsAre("etc/b"));
    EXPECT_THAT(names("etc"), ElementsAre("a", "c", "dir"));
}

TEST_F(SeenPathsTest, ADirectoryThatGetsSomethingStays) {
    source.disturb = [this] {
        write("etc/dir/mine", "mine");
        write("etc/old/inside", "mine");
    };
    change();
    EXPECT_THAT(seen.left(), ElementsAre("etc/dir", "etc/old", "etc/old/inside"));
    EXPECT_EQ(text("etc/dir/mine"), "mine");
    EXPECT_EQ(text("etc/old/inside"), "mine");
    EXPECT_EQ(text("etc/a"), "new");
}

TEST_F(SeenPathsTest, ADirectoryKeepsTheModeThatItGetsMeanwhile) {
    source.disturb = [this] { ASSERT_EQ(::chmod((root + "/etc").c_str(), 0711), 0); };
    change();
    EXPECT_THAT(seen.left(), IsEmpty());
    EXPECT_THAT(seen.left_attributes(), ElementsAre("etc"));
    EXPECT_EQ(sys::stat(root + "/etc")->mode & 07777U, 0711U);
    EXPECT_EQ(text("etc/a"), "new");
}

TEST_F(SeenPathsTest, ADirectoryThatIsGoneIsLeft) {
    source.disturb = [this] {
        ASSERT_EQ(::rename((root + "/etc").c_str(), (root + "/moved").c_str()), 0);
    };
    change();
    EXPECT_THAT(seen.left(), ElementsAre("etc", "etc/dir"));
}

TEST_F(SeenPathsTest, NamesOfOneFileDoNotHoldEachOtherUp) {
    ASSERT_EQ(::link((root + "/etc/a").c_str(), (root + "/etc/aa").c_str()), 0);
    have = scan().manifest;
    seen = {};
    see();
    change();
    EXPECT_THAT(seen.left(), IsEmpty());
}

TEST_F(SeenPathsTest, AFileThatChangedJustBeforeTheLookMayChangeAgain) {
    seen = {};
    const sys::Fd etc = sys::open_directory(root + "/etc").value();
    ReadEntry read = read_entry(etc, "a", "etc/a", sys::fstat(etc)->device).value().value();
    read.looked = read.status.changed;
    seen.add(read);
    EXPECT_FALSE(seen.is_as_seen("etc/a", etc, "a").value());
    read.looked.seconds -= 100;  // its time is of a clock that was ahead
    seen.add(read);
    EXPECT_TRUE(seen.is_as_seen("etc/a", etc, "a").value());
}

}  // namespace
}  // namespace dim::manifest
