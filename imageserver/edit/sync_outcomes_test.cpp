#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/edit/sync_outcomes.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/api/message_samples.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

model::Generation generation(std::uint32_t number) {
    return *model::Generation::from_number(number);
}

/// A golden image of PATHS paths, of which REMOVED are gone in the next generation.
std::unique_ptr<GenerationChange> change_of(std::uint64_t paths, std::size_t removed) {
    auto change =
        std::make_unique<GenerationChange>(api::samples::image(), generation(3), generation(4));
    change->paths = paths;
    for (std::size_t i = 0; i < removed; ++i)
        change->outline.older.entries.emplace_back().path = std::to_string(i);
    return change;
}

std::optional<BootRecord> boot_with(std::uint32_t number) {
    BootRecord boot =
        apply_boot_request(samples::blade(), std::nullopt, samples::boot_request(9), samples::at(9))
            .record;
    boot.generation = generation(number);
    return boot;
}

TEST(CheckRemovals, CountsAgainstAllThatThereWas) {
    EXPECT_TRUE(check_removals(*change_of(100, 10), 10));
    EXPECT_TRUE(check_removals(*change_of(0, 0), 0));
    const auto refused = check_removals(*change_of(100, 11), 10);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(refused.error().cure(),
                AllOf(HasSubstr("dim image diff granite 3 4"), HasSubstr("--max-delete 100")));
    EXPECT_FALSE(check_removals(*change_of(100, 1), 0));
    EXPECT_TRUE(check_removals(*change_of(100, 100), 100));
}

TEST(SyncOutcomes, AllAreCountedAndTheFirstAreTold) {
    MovedBladeImage moved{.created = 1, .changed = 2, .removed = 3};
    for (std::size_t i = 0; i <= api::limits::kSyncNotes; ++i) {
        moved.conflicts.push_back({"etc/" + std::to_string(i), "both"});
        moved.kept_out.push_back({"", "rule\x1b[2J"});
        moved.merged.push_back("etc/merged\n" + std::to_string(i));
    }
    moved.differences.push_back({"etc/x", manifest::DifferenceKind::created, {}});
    api::SyncOutcome outcome;
    tell(moved, false, outcome);
    EXPECT_EQ(outcome.created + outcome.changed + outcome.removed, 6U);
    EXPECT_EQ(outcome.conflict_count, api::limits::kSyncNotes + 1);
    EXPECT_THAT(outcome.conflicts, SizeIs(api::limits::kSyncNotes));
    EXPECT_EQ(outcome.conflicts[0], (api::KeptPath{"/etc/0", "both"}));
    EXPECT_EQ(outcome.kept_out_count, api::limits::kSyncNotes + 1);
    EXPECT_THAT(outcome.kept_out, SizeIs(api::limits::kSyncNotes));
    EXPECT_EQ(outcome.kept_out[0].path, "/") << "the root";
    EXPECT_EQ(outcome.kept_out[0].reason.find('\x1b'), std::string::npos);
    EXPECT_THAT(outcome.merged, SizeIs(api::limits::kSyncNotes));
    EXPECT_EQ(outcome.merged[0].find('\n'), std::string::npos);
    EXPECT_TRUE(outcome.differences.empty());
    tell(moved, true, outcome);
    EXPECT_THAT(outcome.differences, SizeIs(1));
}

TEST(SyncOutcomes, AreCutUntilTheyFit) {
    const std::string path = "/" + std::string(1000, 'x');
    std::vector<api::SyncOutcome> outcomes;
    for (int blade = 0; blade < 50; ++blade) {
        api::SyncOutcome outcome{.blades = {api::samples::blade()}, .state = "synced"};
        outcome.created = 1000;
        outcome.conflict_count = 100;
        for (int i = 0; i < 1000; ++i)
            outcome.differences.push_back({path, "created", {}});
        for (int i = 0; i < 100; ++i)
            outcome.conflicts.push_back({path, "both"});
        outcomes.push_back(std::move(outcome));
    }
    outcomes.push_back({.blades = {api::samples::blade()},
                        .state = "synced",
                        .conflict_count = 1,
                        .conflicts = {{"/etc/motd", "both"}}});
    constexpr std::size_t kBytes = 2'000'000;
    fit(outcomes, kBytes);
    std::size_t size = 0;
    for (const api::SyncOutcome& outcome : outcomes)
        size += to_json(outcome).size();
    EXPECT_LT(size, kBytes);
    EXPECT_GT(size, kBytes / 4) << "no more than is needed";
    EXPECT_EQ(outcomes[0].created, 1000U);
    EXPECT_EQ(outcomes[0].conflict_count, 100U);
    EXPECT_THAT(outcomes.back().conflicts, SizeIs(1)) << "what is short stays";
    const auto before = outcomes;
    fit(outcomes, kBytes);
    EXPECT_EQ(outcomes, before);
}

TEST(SyncOutcomes, TwoStepsAreOne) {
    MovedBladeImage all{.created = 1, .merged = {"a"}};
    add(all, {.created = 2, .removed = 1, .conflicts = {{"b", "both"}}, .merged = {"c"}});
    EXPECT_EQ(all.created, 3U);
    EXPECT_EQ(all.removed, 1U);
    EXPECT_THAT(all.merged, ElementsAre("a", "c"));
    EXPECT_THAT(all.conflicts, SizeIs(1));
}

TEST(SyncOutcomes, TheTimelineSaysHowMuch) {
    api::ImageSummary target = api::samples::image_summary();
    target.generation = generation(4);
    api::SyncOutcome outcome{.blades = {}, .state = {}, .from = generation(3), .created = 1};
    EXPECT_EQ(sentence(target, outcome), "image granite synced from generation 3 to 4: 1 path");
    outcome.removed = 2;
    outcome.conflict_count = 2;
    EXPECT_EQ(sentence(target, outcome),
              "image granite synced from generation 3 to 4: 3 paths, 2 conflicts");
}

TEST(SyncOutcomes, ABladeIsWaitedForUntilItSaysSomethingOfThatGeneration) {
    api::SyncOutcome outcome{.blades = {}, .state = "synced"};
    EXPECT_TRUE(settle_confirmation(std::optional<BootRecord>(), generation(4), outcome))
        << "it runs no more";
    EXPECT_TRUE(settle_confirmation(boot_with(4), generation(4), outcome));
    EXPECT_FALSE(settle_confirmation(boot_with(3), generation(4), outcome));
    EXPECT_FALSE(settle_confirmation(fail(ErrorCode::io, "the database"), generation(4), outcome))
        << "nobody knows";
    auto failed = boot_with(3);
    failed->failed_move = FailedMove{generation(2), "of an earlier one", 1, 1};
    EXPECT_FALSE(settle_confirmation(failed, generation(4), outcome));
    EXPECT_EQ(outcome.state, "synced");
    EXPECT_FALSE(outcome.problem);
    failed->failed_move = FailedMove{generation(4), "Stale file handle", 1, 1};
    EXPECT_TRUE(settle_confirmation(failed, generation(4), outcome));
    EXPECT_EQ(outcome.state, "waiting");
    ASSERT_TRUE(outcome.problem);
    EXPECT_THAT(outcome.problem->detail, HasSubstr("Stale file handle"));
}

TEST(SyncOutcomes, GroupsDifferInMoreThanTheirBlades) {
    const auto of = [](const char* blade, std::uint64_t created) {
        return api::SyncOutcome{
            .blades = {*model::ComponentName::parse(blade)}, .state = "synced", .created = created};
    };
    const auto groups = group({of("s01c1b01", 1), of("s01c1b02", 2), of("s01c1b03", 1)});
    ASSERT_THAT(groups, SizeIs(2));
    EXPECT_THAT(groups[0].blades, SizeIs(2));
    EXPECT_EQ(groups[0].created, 1U);
    EXPECT_EQ(to_string(groups[0].blades.at(1)), "s01c1b03");
    EXPECT_EQ(groups[1].created, 2U);
    EXPECT_TRUE(group({}).empty());
}

}  // namespace
}  // namespace dim::server
