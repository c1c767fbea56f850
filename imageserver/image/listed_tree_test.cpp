#include "imageserver/image/listed_tree.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using manifest::Entry;
using manifest::EntryType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kBegan = 1'700'000'000;

ListedName listed(const std::string& path, mode_t type, std::uint64_t inode,
                  std::uint32_t changed = 1) {
    return {.path = path,
            .type = type,
            .size = 10,
            .device = 1,
            .inode = inode,
            .modified = {1'600'000'000, 1},
            .changed = {1'600'000'000, changed}};
}

Entry entry(const std::string& path, EntryType type, char content = 'a') {
    Entry entry;
    entry.path = path;
    entry.type = type;
    entry.mode = 0644;
    entry.modified = {1'600'000'000, 1};
    if (type != EntryType::file) return entry;
    entry.size = 10;
    entry.sha256.fill(static_cast<unsigned char>(content));
    return entry;
}

/// A directory with two files, and a look at it that is still true.
struct Machine {
    MachineList list{.names = {listed("", S_IFDIR, 2), listed("d", S_IFDIR, 3),
                               listed("d/one", S_IFREG, 4), listed("d/two", S_IFREG, 5)},
                     .began = kBegan};
    manifest::ScannedTree known;

    Machine() {
        known.manifest.entries = {entry("", EntryType::directory), entry("d", EntryType::directory),
                                  entry("d/one", EntryType::file, '1'),
                                  entry("d/two", EntryType::file, '2')};
        known.cache = cache_of(known.manifest, list);
    }
    ListedTree tree(const FetchedFiles& fetched = {}) const {
        return tree_of(list, known, fetched);
    }
    void fetch(FetchedFiles& fetched, Entry entry) const {
        fetched.asked.insert(entry.path);
        fetched.entries.emplace(entry.path, std::move(entry));
    }
};

std::vector<std::string> paths_of(const ListedTree& tree) {
    std::vector<std::string> paths;
    for (const Entry& each : tree.tree.manifest.entries)
        paths.push_back(each.path);
    return paths;
}

TEST(ListedTree, IsKnownWhereNothingChanged) {
    const Machine machine;
    const ListedTree same = machine.tree();
    EXPECT_THAT(same.unknown, IsEmpty());
    EXPECT_EQ(same.tree.manifest, machine.known.manifest);
    EXPECT_EQ(same.tree.cache, machine.known.cache);
}

TEST(ListedTree, AsksForWhatChanged) {
    // Each alone makes it another file; the mtime can be put back, the time of change cannot.
    const std::vector<void (*)(ListedName&)> changes{
        [](ListedName& name) { name.changed.nanoseconds = 2; },
        [](ListedName& name) { name.inode = 99; }, [](ListedName& name) { name.size = 11; },
        [](ListedName& name) { name.modified.seconds += 1; },
        [](ListedName& name) { name.type = S_IFLNK; }};
    for (const auto& change : changes) {
        Machine machine;
        change(machine.list.names[2]);
        EXPECT_THAT(machine.tree().unknown, ElementsAre("d/one"));
    }
    Machine machine;
    machine.known.cache[3].reset();
    EXPECT_THAT(machine.tree().unknown, ElementsAre("d/two"));
    machine.known.cache.pop_back();
    EXPECT_THAT(machine.tree().unknown, ElementsAre("", "d", "d/one", "d/two"));
}

TEST(ListedTree, TakesWhatCame) {
    Machine machine;
    machine.list.names[2].changed.nanoseconds = 2;
    FetchedFiles fetched;
    machine.fetch(fetched, entry("d/one", EntryType::file, 'n'));
    const ListedTree tree = machine.tree(fetched);
    EXPECT_THAT(tree.unknown, IsEmpty());
    EXPECT_EQ(tree.tree.manifest.entries[2], entry("d/one", EntryType::file, 'n'));
    EXPECT_EQ(tree.tree.cache[2]->changed.nanoseconds, 2U);
    // It was written to after it was listed: the next look has to read it.
    fetched.entries.at("d/one").modified.seconds += 1;
    EXPECT_FALSE(machine.tree(fetched).tree.cache[2]);
}

TEST(ListedTree, LacksWhatVanished) {
    Machine machine;
    FetchedFiles fetched{.asked = {"d/one"}, .entries = {}};
    EXPECT_THAT(paths_of(machine.tree(fetched)), ElementsAre("", "d", "d/two"));
    fetched.asked = {"d"};
    const ListedTree tree = machine.tree(fetched);
    EXPECT_THAT(paths_of(tree), ElementsAre(""));
    EXPECT_THAT(tree.unknown, IsEmpty());
    // A file by now, so what was in it is gone, too.
    machine.fetch(fetched, entry("d", EntryType::file));
    EXPECT_THAT(paths_of(machine.tree(fetched)), ElementsAre("", "d"));
    machine.list.names.erase(machine.list.names.begin() + 2);
    EXPECT_THAT(paths_of(machine.tree()), ElementsAre("", "d", "d/two"));
}

TEST(ListedTree, KnowsWhatWasRenamedWithItsDirectory) {
    Machine machine;
    machine.list.names = {listed("", S_IFDIR, 2), listed("e", S_IFDIR, 3, 9),
                          listed("e/one", S_IFREG, 4), listed("e/two", S_IFREG, 5)};
    const ListedTree tree = machine.tree();
    EXPECT_THAT(tree.unknown, ElementsAre("e"));
    EXPECT_EQ(tree.tree.manifest.entries[1], entry("e/one", EntryType::file, '1'));
    // Where times have no more than seconds, a file on another disk could have the same.
    machine.list.names[2].changed.nanoseconds = 0;
    machine.known.cache[2]->changed.nanoseconds = 0;
    EXPECT_THAT(machine.tree().unknown, ElementsAre("e", "e/one"));
}

TEST(ListedTree, HasTheGroupsOfTheList) {
    Machine machine;
    machine.list.names[3].inode = 4;
    FetchedFiles fetched;
    machine.fetch(fetched, entry("d/two", EntryType::file, '1'));
    const ListedTree linked = machine.tree(fetched);
    EXPECT_EQ(linked.tree.manifest.entries[2].link_group, 1U);
    EXPECT_EQ(linked.tree.manifest.entries[3].link_group, 1U);
    // Names of one file are the same in all; these came when that was not so any more.
    fetched.entries.at("d/two").mode = 0600;
    EXPECT_EQ(machine.tree(fetched).tree.manifest.entries[2].link_group, 0U);
    // Another disk.
    fetched.entries.at("d/two").mode = 0644;
    machine.list.names[3].device = 7;
    EXPECT_EQ(machine.tree(fetched).tree.manifest.entries[3].link_group, 0U);
}

TEST(ListedTree, DoesNotTrustWhatChangedJustNow) {
    Machine machine;
    const auto is_known = [&](std::int64_t seconds, std::uint32_t nanoseconds) {
        machine.list.names[2].changed = {seconds, nanoseconds};
        return cache_of(machine.known.manifest, machine.list)[2].has_value();
    };
    EXPECT_TRUE(is_known(kBegan - 2, 1));
    EXPECT_FALSE(is_known(kBegan - 1, 1));
    EXPECT_FALSE(is_known(kBegan + 100, 1));
    EXPECT_TRUE(is_known(kBegan - 4, 0));
    EXPECT_FALSE(is_known(kBegan - 3, 0));
}

}  // namespace
}  // namespace dim::server
