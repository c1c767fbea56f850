#include "libdim/api/message_samples.hpp"
#include "tools/output/sync_text.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string folded(std::span<const model::ComponentName> blades) {
    return to_string(blades.front()) + (blades.size() > 1 ? "+" : "");
}

/// A report of generation 7 with one outcome, which CHANGE makes.
api::SyncReport report_of(const std::function<void(api::SyncOutcome&)>& change = {}) {
    api::SyncReport report{api::samples::image(), api::samples::generation(), false, {}};
    api::SyncOutcome& outcome = report.outcomes.emplace_back();
    outcome.blades = {api::samples::blade()};
    outcome.state = "synced";
    outcome.from = *model::Generation::from_number(6);
    if (change) change(outcome);
    return report;
}

TEST(SyncText, IsALineForTheBladesOfAnOutcome) {
    api::SyncReport report = report_of([](api::SyncOutcome& outcome) {
        outcome.blades.push_back(*model::ComponentName::parse("s01c1b02"));
        outcome.created = 1;
        outcome.removed = 3;
        outcome.merged = {"/etc/passwd"};
    });
    report.outcomes.push_back(report_of([](api::SyncOutcome& outcome) {
                                  outcome.blades = {*model::ComponentName::parse("s01c1b03")};
                                  outcome.state = "pinned";
                              }).outcomes.front());
    EXPECT_EQ(sync_text(report, folded),
              "BLADES     STATE   FROM  TO  PATHS\n"
              "s01c1b01+  synced  6     7   1 created, 3 removed, 1 merged\n"
              "s01c1b03   pinned  6     -   -\n");
}

TEST(SyncText, AFailureIsOfNoNewGeneration) {
    const auto failed = report_of([](api::SyncOutcome& outcome) { outcome.state = "failed"; });
    EXPECT_EQ(sync_text(failed, folded), "BLADES    STATE   FROM  TO  PATHS\n"
                                         "s01c1b01  failed  6     -   -\n");
}

TEST(SyncText, SaysWhatStaysAndWhy) {
    const auto report = report_of([](api::SyncOutcome& outcome) {
        outcome.conflict_count = 3;
        outcome.conflicts = {{"/etc/mo\x1btd", "it was changed here\x1b[2J"}};
        outcome.kept_out_count = 1;
        outcome.kept_out = {{"/var/app", "keep-out '/var/app' (this command)"}};
    });
    const std::string text = sync_text(report, folded);
    EXPECT_THAT(text, HasSubstr("3 conflicts, 1 kept out\n"));
    EXPECT_THAT(text, HasSubstr("\ns01c1b01, stays, for both sides changed it:\n"
                                "  /etc/mo?td: it was changed here?[2J\n"
                                "  and 2 more\n"));
    EXPECT_THAT(text, HasSubstr("\ns01c1b01, stays, by a rule:\n"
                                "  /var/app: keep-out '/var/app' (this command)\n"));
    EXPECT_THAT(text, Not(HasSubstr("and 0 more")));
}

TEST(SyncText, OfADryRunSaysWhatWouldChange) {
    api::SyncReport report = report_of([](api::SyncOutcome& outcome) {
        outcome.created = 2;
        outcome.differences = {{.path = "etc/new", .kind = "created", .aspects = {}}};
    });
    report.is_dry_run = true;
    const std::string text = sync_text(report, folded);
    EXPECT_THAT(text, HasSubstr("would be synced"));
    EXPECT_THAT(text, HasSubstr("s01c1b01, would change:\n  created   etc/new\n  and 1 more\n"));
}

TEST(SyncText, WhatIsTakenBackHasGenerationsOfItsOwn) {
    auto report = report_of([](api::SyncOutcome& outcome) { outcome.to = outcome.from; });
    report.outcomes.push_back(
        {.blades = {*model::ComponentName::parse("s01c1b02")}, .state = "left"});
    EXPECT_EQ(sync_text(report, folded), "BLADES    STATE   FROM  TO  PATHS\n"
                                         "s01c1b01  synced  6     6   -\n"
                                         "s01c1b02  left    -     -   -\n"
                                         "\ns01c1b02: something else moved it since\n");
}

TEST(SyncText, NobodyHasAnImage) {
    api::SyncReport report = report_of();
    report.outcomes.clear();
    EXPECT_EQ(sync_text(report, folded), "No blade has an image of granite.\n");
}

}  // namespace
}  // namespace dim::tool
