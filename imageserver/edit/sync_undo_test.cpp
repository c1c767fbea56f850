#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/edit/sync_undo.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using samples::blade;
using samples::other_blade;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class SyncUndoTest : public ::testing::Test {
protected:
    static model::Generation number(std::uint32_t number) {
        return model::Generation::from_number(number).value();
    }
    static api::BladeImage blade_image(const model::ComponentName& name, std::uint32_t generation) {
        return {name, samples::image(), number(generation), "/x", 1, 1, true, false, std::nullopt};
    }
    /// Both blades went to generation 4: from 3, and from 2.
    static SyncJournal::Entry sync() {
        api::LoggedSync logged{.number = 1,
                               .image = samples::image(),
                               .from = {number(2), number(3)},
                               .generation = number(4),
                               .began = samples::at(5),
                               .by = "root",
                               .options = ""};
        return {logged,
                {{.blades = {blade()}, .state = "synced", .from = number(3)},
                 {.blades = {other_blade()}, .state = "waiting", .from = number(2)}}};
    }
    SyncUndo plan(const std::vector<api::BladeImage>& images) const {
        return plan_undo(sync(), images,
                         [this](const model::ComponentName& name) { return name != lost; });
    }

    model::ComponentName lost = model::ComponentName::parse("s01c9b09").value();
};

TEST_F(SyncUndoTest, EachGoesBackToWhatItHad) {
    const SyncUndo undo = plan({blade_image(blade(), 4), blade_image(other_blade(), 4)});
    EXPECT_THAT(undo.back, ElementsAre(Pair(number(2), ElementsAre(other_blade())),
                                       Pair(number(3), ElementsAre(blade()))));
    EXPECT_THAT(undo.others, IsEmpty());
}

TEST_F(SyncUndoTest, WhatIsElsewhereOrNowhereIsLeft) {
    const SyncUndo undo = plan({blade_image(blade(), 5)});
    EXPECT_THAT(undo.back, IsEmpty());
    ASSERT_THAT(undo.others, SizeIs(2));
    EXPECT_EQ(undo.others[0].state, "left");
    EXPECT_EQ(undo.others[0].from, number(5));
    EXPECT_EQ(undo.others[1].state, "left");
    EXPECT_FALSE(undo.others[1].from) << "it has no image any more";
    lost = blade();
    EXPECT_EQ(plan({blade_image(blade(), 4)}).others.at(0).state, "left") << "none of ours";
}

TEST_F(SyncUndoTest, WhatIsBackAlreadyIsCurrent) {
    const SyncUndo undo = plan({blade_image(blade(), 3), blade_image(other_blade(), 4)});
    EXPECT_THAT(undo.back, SizeIs(1));
    ASSERT_THAT(undo.others, SizeIs(1));
    EXPECT_EQ(undo.others[0].state, "current");
}

TEST_F(SyncUndoTest, WhatDidNotMoveIsNotTouched) {
    SyncJournal::Entry entry = sync();
    for (const char* state : {"failed", "pinned", "current"}) {
        entry.outcomes[0].state = state;
        const std::vector images{blade_image(blade(), 4)};
        const SyncUndo undo = plan_undo(entry, images, [](const auto&) { return true; });
        EXPECT_THAT(undo.back, IsEmpty()) << state;
    }
}

TEST_F(SyncUndoTest, AnImageThatWasMadeAnewIsAnother) {
    api::ImageGeneration generation{number(3), samples::at(4), "", "", "ab", "cd", 0};
    SyncJournal::Entry entry = sync();
    const auto is_same = [&] { return check_same_image(entry, {&generation, 1}).has_value(); };
    entry.identities = {{number(3), "abcd"}, {number(4), "abce"}};
    EXPECT_TRUE(is_same());
    generation.created = samples::at(6);
    EXPECT_TRUE(is_same()) << "another server made it, by its own clock";
    generation.golden_digest = "ef";
    EXPECT_FALSE(is_same());
    generation.created = samples::at(4);
    EXPECT_FALSE(is_same());
    generation.generation = number(9);
    EXPECT_TRUE(is_same()) << "the sync is not about it";
}

TEST_F(SyncUndoTest, OfATimeBeforeDigestsWereKeptTimesAreCompared) {
    api::ImageGeneration generation{number(3), samples::at(4), "", "", "ab", "cd", 0};
    EXPECT_TRUE(check_same_image(sync(), {&generation, 1}));
    generation.created = samples::at(6);
    EXPECT_FALSE(check_same_image(sync(), {&generation, 1}));
}

}  // namespace
}  // namespace dim::server
