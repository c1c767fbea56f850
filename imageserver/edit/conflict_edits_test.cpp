#include "imageserver/edit/conflict_edits.hpp"
#include "imageserver/edit/edit_fixture.hpp"
#include "imageserver/override/override_journal.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using samples::blade;
using samples::image;
using samples::other_blade;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A blade has conflicts at three paths, another one at one of these.
class ConflictEditsTest : public EditFixture {
protected:
    ConflictEditsTest() : EditFixture({kNfsMigration, kOverrideMigration}) {
        add_image();
        for (const char* path : {"etc/app/a", "etc/app/b", "etc/apple"})
            add(blade(), path);
        add(other_blade(), "etc/app/a");
    }
    void add(const model::ComponentName& name, const std::string& path) {
        images.conflicts.push_back({.blade = name,
                                    .path = path,
                                    .reason = "both\nchanged it",
                                    .older = *model::Generation::from_number(1),
                                    .newer = *model::Generation::from_number(2),
                                    .since = samples::at(1)});
    }
    std::vector<std::string> open_paths(const api::SyncConflictQuery& query) {
        std::vector<std::string> paths;
        for (const api::SyncConflict& conflict : edits.list(query).value().conflicts)
            paths.push_back(to_string(conflict.blade) + conflict.path);
        return paths;
    }
    api::ResolveConflicts taking(std::string_view side, std::vector<std::string> paths) const {
        return {image(), {blade()}, std::move(paths), std::string(side)};
    }
    Result<std::string> resolve(const api::ResolveConflicts& request) {
        return finish(edits.resolve(request, no_progress));
    }

    Overrides overrides{{.directory = database.directory() + "/overrides",
                         .keys_directory = database.directory() + "/keys"},
                        database.get(),
                        roster,
                        clock};
    ConflictEdits edits{images, overrides, edited_blades};
};

TEST_F(ConflictEditsTest, AreListedByBladeAndPath) {
    EXPECT_THAT(open_paths({}), SizeIs(4));
    EXPECT_THAT(open_paths({.blades = {other_blade()}}),
                ElementsAre(to_string(other_blade()) + "/etc/app/a"));
    EXPECT_THAT(open_paths({.image = image(), .blades = {blade()}, .paths = {"/etc/app/"}}),
                ElementsAre("s01c1b01/etc/app/a", "s01c1b01/etc/app/b"))
        << "not what only begins so";
    EXPECT_THAT(open_paths({.paths = {"/etc/apple"}}), ElementsAre("s01c1b01/etc/apple"));
    EXPECT_THAT(open_paths({.paths = {"/"}}), SizeIs(4));
    const auto list = edits.list({.paths = {"/etc/apple"}, .looks = true}).value();
    EXPECT_EQ(list.total, 1U);
    EXPECT_EQ(list.conflicts.at(0).reason, "both?changed it");
    EXPECT_EQ(list.conflicts.at(0).sides.value().newer, "symlink");
    EXPECT_FALSE(edits.list({.image = *model::ImageName::parse("marble")}));
}

TEST_F(ConflictEditsTest, AreCountedWhereTheyAreTooManyToList) {
    for (std::size_t i = 0; i < api::limits::kListItems; ++i)
        add(other_blade(), "etc/many/" + std::to_string(i));
    EXPECT_THAT(edits.list({.blades = {other_blade()}}).value().conflicts,
                SizeIs(api::limits::kListItems));
    const auto list = edits.list({.counts = true}).value();
    EXPECT_EQ(list.total, 4 + api::limits::kListItems);
    EXPECT_THAT(list.conflicts, IsEmpty());
    EXPECT_THAT(list.counts, ElementsAre(api::SyncConflictCount{blade(), image(), 3},
                                         api::SyncConflictCount{other_blade(), image(),
                                                                1 + api::limits::kListItems}));
    EXPECT_EQ(edits.list({.image = image(), .counts = true}).value(), list);
}

TEST_F(ConflictEditsTest, TheAnswerIsNoLongerThanAnybodyTakes) {
    for (std::size_t i = 0; i < 9000; ++i)
        add(other_blade(), "etc/" + std::string(4000, 'x') + std::to_string(i));
    const auto list = edits.list({}).value();
    EXPECT_EQ(list.total, 9004U);
    EXPECT_GT(list.conflicts.size(), 1000U);
    EXPECT_TRUE(api::parse<api::SyncConflictList>(to_json(list)));
}

TEST_F(ConflictEditsTest, WhatABladeMakesTooLongIsCut) {
    images.sides.blade = "symlink 0777 0:0 to " + std::string(12'000, '\x7f');
    const auto list = edits.list({.looks = true}).value();
    EXPECT_TRUE(api::parse<api::SyncConflictList>(to_json(list)));
}

TEST_F(ConflictEditsTest, ThatOfTheBladeIsKept) {
    EXPECT_EQ(resolve(taking("blade", {"/etc/app"})),
              "2 conflicts of 1 blade resolved: as the blade has it");
    EXPECT_THAT(images.taken, IsEmpty());
    EXPECT_THAT(open_paths({.blades = {blade()}}), ElementsAre("s01c1b01/etc/apple"));
    EXPECT_THAT(open_paths({.blades = {other_blade()}}), SizeIs(1)) << "it was not named";
    EXPECT_EQ(resolve(taking("blade", {"/etc/app"})).error().code(), ErrorCode::not_found);
}

TEST_F(ConflictEditsTest, ThatOfTheGenerationIsTaken) {
    EXPECT_EQ(resolve(taking("generation", {"/etc/apple", "/etc/app/b"})),
              "2 conflicts of 1 blade resolved: as the generation has it");
    EXPECT_THAT(images.taken, ElementsAre(ElementsAre("etc/app/b", "etc/apple")));
    EXPECT_THAT(journal.story(blade()).value(), SizeIs(1));
}

TEST_F(ConflictEditsTest, WhatAnOverrideWritesIsKeptOut) {
    OverrideJournal written(database.get());
    const std::vector<OverrideJournal::Written> files{{"etc/apple", "cluster/etc/apple", "ab"}};
    ASSERT_TRUE(written.record({blade(), image()}, files, clock.now().time));
    std::optional<std::string> reason;
    images.on_move = [&](const BladeMove& move) -> Result<void> {
        reason = move.kept_out("etc/apple", false);
        EXPECT_FALSE(move.kept_out("etc/app/a", false));
        return {};
    };
    ASSERT_TRUE(resolve(taking("generation", {"/etc/apple"})));
    EXPECT_EQ(reason, "override cluster/etc/apple writes it");
}

TEST_F(ConflictEditsTest, WhatIsInTheWayIsTold) {
    add(blade(), "etc/app");
    images.moved.conflicts = {{"etc/app", "something of this tree's own is in it"}};
    const auto refused = resolve(taking("generation", {"/etc/app"}));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("/etc/app stays: something of this tree's"));
    EXPECT_THAT(refused.error().message(), HasSubstr("2 conflicts resolved, but not all"));
}

TEST_F(ConflictEditsTest, OneBladesFailureStopsNoOther) {
    images.on_move = [](const BladeMove& move) -> Result<void> {
        if (move.blade != blade()) return {};
        return fail(ErrorCode::io, "the disk is gone");
    };
    api::ResolveConflicts request = taking("generation", {"/etc/app/a"});
    request.blades.push_back(other_blade());
    EXPECT_THAT(resolve(request).error().message(), HasSubstr("1 conflict resolved, but not all"));
    EXPECT_THAT(open_paths({.blades = {other_blade()}}), IsEmpty());
    request.blades = {samples::server()};
    EXPECT_EQ(resolve(request).error().code(), ErrorCode::not_found);
    request.take = "both";
    EXPECT_EQ(resolve(request).error().code(), ErrorCode::invalid_input);
}

}  // namespace
}  // namespace dim::server
