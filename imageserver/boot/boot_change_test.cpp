#include "imageserver/boot/boot_change.hpp"
#include "imageserver/boot/boot_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using model::BootStage;
using samples::at;
using ::testing::ElementsAre;

class BootChangeTest : public ::testing::Test {
protected:
    void fail(double now, std::uint32_t attempt, const std::string& cause = "no route",
              BootStage stage = BootStage::mount_root, const std::string& cure = "plug it in") {
        change.fail({stage, cause, cure, attempt, at(now), at(now)}, "agent", {"tried: mount"});
    }

    BootChange change{begin_record(samples::blade(), BootStage::kernel, at(1)), {}};
};

TEST_F(BootChangeTest, BeginsWithTheFirstSign) {
    EXPECT_EQ(change.record.blade, samples::blade());
    EXPECT_EQ(change.record.stage, BootStage::kernel);
    EXPECT_EQ(change.record.stage_since, at(1));
    EXPECT_EQ(change.record.last_heard, at(1));
    EXPECT_FALSE(change.record.kernel) << "no agent spoke yet";
    EXPECT_FALSE(change.record.has_failed);
}

TEST_F(BootChangeTest, TellsOfAFailureWithAttemptAndCure) {
    fail(2, 1);
    ASSERT_EQ(change.story.size(), 1u);
    EXPECT_EQ(change.story[0].text, "failed: no route");
    EXPECT_EQ(change.story[0].stage, BootStage::mount_root);
    EXPECT_THAT(change.story[0].detail,
                ElementsAre("attempt 1", "tried: mount", "cure: plug it in"));
    EXPECT_TRUE(change.record.has_failed);
}

TEST_F(BootChangeTest, LeavesOutACureThatNobodyKnows) {
    fail(2, 1, "no route", BootStage::mount_root, "");
    EXPECT_THAT(change.story[0].detail, ElementsAre("attempt 1", "tried: mount"));
}

TEST_F(BootChangeTest, TellsTheSameFailureMoreAndMoreRarely) {
    for (std::uint32_t attempt = 1; attempt <= 20; ++attempt)
        fail(attempt, attempt);
    std::vector<std::string> attempts;
    for (const StoryLine& line : change.story)
        attempts.push_back(line.detail.front());
    EXPECT_THAT(attempts,
                ElementsAre("attempt 1", "attempt 2", "attempt 4", "attempt 8", "attempt 16"));
    EXPECT_EQ(change.record.failure->since, at(1)) << "since the first of them";
    EXPECT_EQ(change.record.failure->time, at(20));
    EXPECT_EQ(change.record.failure->attempt, 20u);
}

TEST_F(BootChangeTest, TellsAnotherFailureAtOnce) {
    fail(1, 2);
    fail(3, 3, "permission denied");
    fail(5, 5, "permission denied", BootStage::mount_shared);
    EXPECT_EQ(change.story.size(), 3u);
    EXPECT_EQ(change.record.failure->since, at(5));
}

TEST_F(BootChangeTest, MakesABladesTextFitForTheStory) {
    EXPECT_EQ(story_text("a\x1b[1mb\n"), "a?[1mb?");
    EXPECT_LE(story_text(std::string(100'000, 'x')).size(), 420u);
}

}  // namespace
}  // namespace dim::server
