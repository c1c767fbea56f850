#include "imageserver/image/change_notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The root is inode 1, its directory "etc" 2, "etc/passwd" 3 and also "passwd".
manifest::ScannedTree tree() {
    const auto entry = [](std::string path, manifest::EntryType type) {
        manifest::Entry entry;
        entry.path = std::move(path);
        entry.type = type;
        return entry;
    };
    using enum manifest::EntryType;
    return {.manifest = {{entry("", directory), entry("etc", directory), entry("etc/passwd", file),
                          entry("passwd", file)}},
            .cache = {},
            .inodes = {1, 2, 3, 3}};
}

sys::FileChange change(std::uint64_t directory, std::string name, std::uint64_t object = 0) {
    return {.file_system = 7, .directory = directory, .name = std::move(name), .object = object};
}

TEST(ChangeNotes, BecomePaths) {
    ChangeNotes notes;
    EXPECT_TRUE(notes.is_empty());
    notes.add(change(2, "group"));
    notes.add(change(1, "srv"));
    notes.add(change(0, "", 3));
    notes.add(change(2, "."));
    const manifest::ChangedPaths paths = notes.paths(tree());
    EXPECT_THAT(paths.whole(), ElementsAre("etc/group", "etc/passwd", "passwd", "srv"));
    EXPECT_THAT(paths.entries(),
                ElementsAre("", "etc", "etc/group", "etc/passwd", "passwd", "srv"));
}

TEST(ChangeNotes, OfADirectoryItselfAreNotOfWhatIsInIt) {
    for (const sys::FileChange& of_etc : {change(2, "."), change(0, "", 2)}) {
        ChangeNotes notes;
        notes.add(of_etc);
        EXPECT_THAT(notes.paths(tree()).whole(), IsEmpty());
        EXPECT_THAT(notes.paths(tree()).entries(), ElementsAre("", "etc"));
    }
}

TEST(ChangeNotes, OfAnInodeThatWasGivenAwayAgainAreOfWhatHadIt) {
    ChangeNotes notes;
    notes.add(change(3, "in a new directory"));
    EXPECT_THAT(notes.paths(tree()).whole(), ElementsAre("etc/passwd", "passwd"));
}

TEST(ChangeNotes, OfOtherTreesAreDropped) {
    constexpr std::array<std::uint64_t, 3> kInodes{1, 2, 3};
    ChangeNotes notes;
    notes.add(change(8, "x", 9), kInodes);
    EXPECT_TRUE(notes.is_empty());
    notes.add(change(8, "other name", 3), kInodes);
    EXPECT_FALSE(notes.is_empty());
    notes.add(change(8, "x", 9));
    notes.keep(kInodes);
    EXPECT_THAT(notes.paths(tree()).whole(), ElementsAre("etc/passwd", "passwd"));
    notes.keep({});
    EXPECT_TRUE(notes.is_empty());
}

TEST(ChangeNotes, AreBounded) {
    ChangeNotes notes;
    for (std::size_t i = 0; i < ChangeNotes::kLimit; ++i)
        notes.add(change(1, std::to_string(i)));
    EXPECT_FALSE(notes.is_too_much());
    notes.add(change(1, "0"));
    EXPECT_FALSE(notes.is_too_much());
    notes.add(change(1, "one more"));
    EXPECT_TRUE(notes.is_too_much());
    EXPECT_FALSE(notes.is_empty());
}

}  // namespace
}  // namespace dim::server
