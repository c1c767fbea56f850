#include "libdim/changeset/three_way.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/files_and_programs.hpp"

#include <algorithm>
#include <initializer_list>

#include <gmock/gmock.h>

namespace dim::changeset {
namespace {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kDirectory = "/";

struct Sample {
    std::string path;
    std::string_view content;  ///< kDirectory for a directory
    std::int64_t modified = 1;
    std::uint32_t link_group = 0;
};

Manifest tree(std::initializer_list<Sample> samples) {
    Manifest made;
    made.entries.emplace_back().type = EntryType::directory;
    for (const Sample& sample : samples) {
        Entry entry;
        entry.path = sample.path;
        entry.type = EntryType::directory;
        entry.modified.seconds = sample.modified;
        entry.link_group = sample.link_group;
        if (sample.content != kDirectory) {
            entry.type = EntryType::file;
            entry.size = sample.content.size();
            tls::Sha256 hash;
            hash.add(sample.content);
            entry.sha256 = hash.finish();
        }
        made.entries.push_back(std::move(entry));
    }
    std::ranges::sort(made.entries, {}, &Entry::path);
    return made;
}

class ThreeWayDecision : public ::testing::Test {
protected:
    ThreeWay decided(const Manifest& older, const Manifest& newer, const Manifest& have,
                     const std::vector<std::string>& foreign = {}) const {
        const Outline outline = outline_of(older, "from", newer, "to");
        Manifest there;
        for (const Entry& entry : have.entries) {
            const auto is_it = [&](const Entry& other) { return other.path == entry.path; };
            if (std::ranges::any_of(outline.older.entries, is_it) ||
                std::ranges::any_of(outline.newer.entries, is_it))
                there.entries.push_back(entry);
        }
        return dim::testing::value_of(decide(outline, there, foreign, rules));
    }
    /// "etc/a", for what is wanted; the root is left out.
    static std::vector<std::string> names(const ThreeWay& result) {
        std::vector<std::string> names;
        for (const Entry& entry : result.want.entries)
            if (!entry.path.empty()) names.push_back(entry.path);
        return names;
    }
    static const Entry& at(const Manifest& manifest, std::string_view path) {
        return *std::ranges::find(manifest.entries, path, &Entry::path);
    }

    ThreeWayRules rules;
};

TEST_F(ThreeWayDecision, WhatTheTreeDidNotTouchBecomesTheNewerOne) {
    const Manifest older = tree({{"a", "1"}, {"b", "1"}, {"etc", kDirectory}, {"etc/c", "1"}});
    const Manifest newer = tree({{"a", "2"}, {"etc", kDirectory}, {"etc/c", "1"}, {"etc/d", "1"}});
    const ThreeWay result = decided(older, newer, older);
    EXPECT_THAT(names(result), ElementsAre("a", "etc", "etc/d"));
    EXPECT_EQ(at(result.want, "a"), at(newer, "a"));
    EXPECT_THAT(result.conflicts, IsEmpty());
    EXPECT_THAT(result.settled, ElementsAre("a", "b", "etc/d")) << "etc is on the way";
}

TEST_F(ThreeWayDecision, WhatBothChangedStaysAndIsTold) {
    const Manifest older = tree({{"a", "1"}, {"b", "1"}, {"c", "1"}});
    const Manifest newer = tree({{"a", "2"}, {"c", "2"}, {"d", "new"}});
    const Manifest have = tree({{"a", "own"}, {"b", "own"}, {"d", "own"}});
    const ThreeWay result = decided(older, newer, have);
    EXPECT_THAT(names(result), ElementsAre("a", "b", "d"));
    EXPECT_EQ(at(result.want, "a"), at(have, "a"));
    ASSERT_EQ(result.conflicts.size(), 4U);
    EXPECT_THAT(result.settled, IsEmpty());
    EXPECT_EQ(result.conflicts[1].reason,
              "it was changed here, and removed in the newer generation");
    EXPECT_EQ(result.conflicts[2].reason,
              "it was removed here, and changed in the newer generation");
    rules.overwrites = true;
    const ThreeWay overwritten = decided(older, newer, have);
    EXPECT_EQ(names(overwritten), names(decided(older, newer, older)));
    EXPECT_THAT(overwritten.conflicts, IsEmpty());
    EXPECT_THAT(overwritten.settled, ElementsAre("a", "b", "c", "d"));
}

TEST_F(ThreeWayDecision, IsTheSameWhenItIsDoneAgain) {
    const Manifest older = tree({{"a", "1"}, {"b", "1"}, {"c", "1"}});
    const Manifest newer = tree({{"a", "2"}, {"b", "2"}});
    const Manifest half = tree({{"a", "2"}, {"b", "1"}, {"c", "1"}});
    const ThreeWay result = decided(older, newer, half);
    EXPECT_EQ(result.want, decided(older, newer, older).want);
    EXPECT_THAT(result.conflicts, IsEmpty());
}

TEST_F(ThreeWayDecision, ATimeOfChangeAloneIsNoChange) {
    const Manifest older = tree({{"a", "1", 1}});
    const Manifest newer = tree({{"a", "2", 2}});
    const ThreeWay result = decided(older, newer, tree({{"a", "1", 7}}));
    EXPECT_EQ(at(result.want, "a"), at(newer, "a"));
}

TEST_F(ThreeWayDecision, WhatARuleKeepsOutStays) {
    const Manifest older = tree({{"a", "1"}});
    rules.kept_out = [](const std::string& path, bool) -> std::optional<std::string> {
        return path == "a" ? std::optional<std::string>("- /a") : std::nullopt;
    };
    const ThreeWay result = decided(older, tree({}), older);
    EXPECT_THAT(names(result), ElementsAre("a"));
    EXPECT_THAT(result.kept_out, ElementsAre(KeptPath{"a", "- /a"}));
    EXPECT_THAT(result.settled, IsEmpty());
}

TEST_F(ThreeWayDecision, ADirectoryWithSomethingOfItsOwnStays) {
    const Manifest older =
        tree({{"d", kDirectory}, {"d/e", kDirectory}, {"d/e/a", "1"}, {"d/e/b", "1"}});
    const Manifest newer = tree({});
    const ThreeWay foreign = decided(older, newer, older, {"d/e/mine"});
    EXPECT_THAT(names(foreign), ElementsAre("d", "d/e"));
    const Manifest have =
        tree({{"d", kDirectory}, {"d/e", kDirectory}, {"d/e/a", "own"}, {"d/e/b", "1"}});
    EXPECT_THAT(names(decided(older, newer, have)), ElementsAre("d", "d/e", "d/e/a"));
    // A file takes the directory's place in the newer tree.
    EXPECT_THAT(names(decided(older, tree({{"d", "file"}}), have)),
                ElementsAre("d", "d/e", "d/e/a"));
}

TEST_F(ThreeWayDecision, NothingIsPutWhereTheDirectoryIsGoneOrALink) {
    const Manifest older = tree({{"d", kDirectory}, {"d/a", "1"}});
    const Manifest newer = tree({{"d", kDirectory}, {"d/a", "1"}, {"d/b", "1"}});
    const ThreeWay gone = decided(older, newer, tree({}));
    EXPECT_THAT(names(gone), IsEmpty());
    EXPECT_THAT(gone.conflicts, Not(IsEmpty()));
    const ThreeWay replaced = decided(older, newer, tree({{"d", "a file of its own"}}));
    EXPECT_THAT(names(replaced), ElementsAre("d"));
    EXPECT_THAT(replaced.conflicts, Contains(::testing::Field(&KeptPath::path, "d/b")));
}

TEST_F(ThreeWayDecision, AsksForAMergeOfFiles) {
    const Manifest older = tree({{"a", "1"}, {"b", "1"}});
    const Manifest newer = tree({{"a", "2"}, {"b", "2"}});
    const Manifest have = tree({{"a", "own"}, {"b", "1"}});
    rules.merge = [](const Entry&, const Entry& there,
                     const Entry&) -> Result<std::optional<ThreeWayRules::Merged>> {
        Entry merged = there;
        merged.size = 99;
        return ThreeWayRules::Merged{.entry = merged, .conflicts = {"uid 7 twice"}};
    };
    const ThreeWay result = decided(older, newer, have);
    EXPECT_EQ(at(result.want, "a").size, 99U);
    EXPECT_EQ(at(result.want, "b"), at(newer, "b"));
    EXPECT_THAT(result.merged, ElementsAre("a"));
    EXPECT_THAT(result.conflicts, ElementsAre(KeptPath{"a", "uid 7 twice"}));
}

TEST_F(ThreeWayDecision, ADirectoryKeepsATimeOfItsOwn) {
    const Manifest older = tree({{"d", kDirectory, 1}, {"d/a", "1"}});
    const Manifest newer = tree({{"d", kDirectory, 5}, {"d/a", "2"}});
    EXPECT_EQ(at(decided(older, newer, older).want, "d").modified.seconds, 5);
    const ThreeWay own = decided(older, newer, tree({{"d", kDirectory, 9}, {"d/a", "1"}}));
    EXPECT_EQ(at(own.want, "d").modified.seconds, 9);
    EXPECT_THAT(own.own_times, ElementsAre("d"));
}

TEST_F(ThreeWayDecision, NamesOfAFileStayTogether) {
    const Manifest older = tree({{"a", "1", 1, 1}, {"b", "1", 1, 1}, {"c", "1", 1, 1}});
    const Manifest newer = tree({{"a", "2", 1, 1}, {"b", "2", 1, 1}, {"c", "2", 1, 1}});
    const ThreeWay all = decided(older, newer, older);
    EXPECT_EQ(at(all.want, "a").link_group, 1U);
    // Another name comes to a file of one, and to a file of two.
    const Manifest alone = tree({{"a", "1"}, {"c", "1", 1, 1}, {"d", "1", 1, 1}});
    const Manifest more =
        tree({{"a", "1", 1, 1}, {"b", "1", 1, 1}, {"c", "1", 1, 2}, {"e", "1", 1, 2}});
    EXPECT_EQ(decided(alone, more, alone).want, more);
    // One name was made another file.
    const ThreeWay two =
        decided(older, newer, tree({{"a", "1", 1, 1}, {"b", "1", 1, 1}, {"c", "own"}}));
    EXPECT_EQ(at(two.want, "b").link_group, 1U);
    EXPECT_EQ(at(two.want, "c").link_group, 0U);
}

TEST_F(ThreeWayDecision, WhatAnInterruptedChangeLeftIsFinished) {
    const Manifest older = tree({{"d", kDirectory}, {"l", "1"}, {"p", kDirectory}});
    Manifest newer =
        tree({{"d", "2"}, {"l", kDirectory}, {"l/in", "2"}, {"p", kDirectory}, {"q", kDirectory}});
    const auto change = [](Manifest& manifest, std::string_view path, std::uint32_t mode,
                           std::uint32_t owner) {
        Entry& entry = *std::ranges::find(manifest.entries, path, &Entry::path);
        entry.mode = mode;
        entry.owner = owner;
    };
    change(newer, "p", 0750, 7);
    change(newer, "q", 0755, 7);
    // Two that were to be replaced are gone, one has its owner, one is new.
    Manifest have = tree({{"p", kDirectory}, {"q", kDirectory}});
    change(have, "p", 0, 7);
    change(have, "q", 0700, 0);
    EXPECT_THAT(decided(older, newer, have).conflicts, ::testing::SizeIs(5));
    rules.is_resumed = true;
    const ThreeWay finished = decided(older, newer, have);
    EXPECT_THAT(finished.conflicts, IsEmpty());
    EXPECT_THAT(names(finished), ElementsAre("d", "l", "l/in", "p", "q"));
    EXPECT_EQ(at(finished.want, "p").mode, 0750U);
    EXPECT_EQ(at(finished.want, "q").owner, 7U);
    // What neither tree says is the blade's.
    change(have, "p", 0711, 7);
    EXPECT_THAT(decided(older, newer, have).conflicts,
                ElementsAre(::testing::Field(&KeptPath::path, "p")));
}

}  // namespace
}  // namespace dim::changeset
