#include "imageserver/boot/agent_reports.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/server_observations.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using model::BootStage;
using samples::at;
using samples::blade;
using samples::us;

std::vector<std::string> texts(const BootChange& change) {
    std::vector<std::string> list;
    for (const StoryLine& line : change.story)
        list.push_back(line.text);
    return list;
}

bool tells(const BootChange& change, std::string_view text) {
    return std::ranges::any_of(change.story,
                               [&](const StoryLine& line) { return line.text.contains(text); });
}

BootRecord begun(double now = 9) {
    return apply_boot_request(blade(), std::nullopt, samples::boot_request(now), at(now)).record;
}
BootRecord planned(double now = 9.1) {
    return apply_plan(begun(), samples::boot_plan(), "hash", at(now)).record;
}
BootRecord running(double now = 12) {
    return apply_running(planned(), samples::running_report(now), at(now)).record;
}

TEST(BootProgress, AClockOfAMillionYearsIsPlacedInTheBeginning) {
    api::BootRequest request = samples::boot_request(9);
    request.now_us = UINT64_MAX;
    request.agent_started_us = UINT64_MAX;
    request.stages = {{BootStage::plan, UINT64_MAX}};
    const auto change = apply_boot_request(blade(), std::nullopt, request, at(9));
    EXPECT_EQ(change.record.kernel->microseconds(), 0);
    EXPECT_LE(change.record.agent, at(9));
    EXPECT_LE(change.record.stage_since, at(9));
}

TEST(BootProgress, NothingIsPlacedInTheFuture) {
    api::BootRequest request = samples::boot_request(9);
    request.stages = {{BootStage::plan, request.now_us + 1'000'000'000}};
    const auto change = apply_boot_request(blade(), std::nullopt, request, at(9));
    EXPECT_EQ(change.record.stage_since, at(9));
}

TEST(BootProgress, ALateReportOfAStageTakesNoRunningBladeBack) {
    const auto late = samples::stage_report(BootStage::exec_init, 13);
    const auto change = apply_stages(running(12), late, at(14));
    EXPECT_EQ(change.record.stage, BootStage::running);
    EXPECT_EQ(change.record.stage_since, running(12).stage_since);
    EXPECT_LE(*change.record.exec, *change.record.running);
}

TEST(BootProgress, NoProgramRunsBeforeItIsStartedThoughTheClockIsSetBack) {
    const auto report = samples::stage_report(BootStage::exec_init, 10);
    const BootRecord executed = apply_stages(planned(), report, at(11)).record;
    ASSERT_TRUE(executed.exec);
    Moment earlier = at(12);
    earlier.time = at(2).time;
    const auto change = apply_heartbeat(executed, samples::heartbeat(12), earlier);
    EXPECT_LE(*change.record.exec, *change.record.running);
}

TEST(BootProgress, ControlCharactersOfABladeAreNoPartOfTheStory) {
    api::BootRequest request = samples::boot_request(9);
    request.kernel = "6.1\x1b[2J\n";
    request.machine = std::string(5000, 'x');
    const auto change = apply_boot_request(blade(), std::nullopt, request, at(9));
    for (const StoryLine& line : change.story) {
        EXPECT_FALSE(line.text.contains('\x1b')) << line.text;
        for (const std::string& detail : line.detail)
            EXPECT_LT(detail.size(), 500u);
    }
}

TEST(BootProgress, TheKernelStartsWhenTheBladesClockDid) {
    const auto change = apply_boot_request(blade(), std::nullopt, samples::boot_request(9), at(9));
    EXPECT_EQ(change.record.kernel, at(samples::kKernel));
    EXPECT_EQ(change.record.agent, at(8));
    EXPECT_EQ(change.record.stage, BootStage::plan);
    EXPECT_TRUE(tells(change, "kernel 6.1.0 starts"));
    EXPECT_TRUE(tells(change, "agent 0.1.0 starts"));
}

TEST(BootProgress, StagesAreToldOnce) {
    auto change = apply_boot_request(blade(), std::nullopt, samples::boot_request(9), at(9));
    const std::size_t told = change.story.size();
    change = apply_boot_request(blade(), change.record, samples::boot_request(9), at(9));
    EXPECT_TRUE(change.story.empty()) << told;
}

TEST(BootProgress, AFailureLastsUntilSomethingSucceeds) {
    auto change = apply_failure(blade(), planned(),
                                samples::failure_report(BootStage::mount_root, 10), at(10));
    EXPECT_TRUE(change.record.has_failed);
    EXPECT_EQ(change.record.failure->stage, BootStage::mount_root);
    EXPECT_FALSE(change.record.failure->cure.empty());
    EXPECT_TRUE(tells(change, "failed: mount: Connection refused"));
    EXPECT_EQ(change.story.back().detail.at(1), "tried: mount -t nfs4 ???");
    EXPECT_EQ(change.story.back().detail.at(2), "kernel: nfs: server not responding");

    change = apply_boot_request(blade(), change.record, samples::boot_request(15, 2), at(15));
    EXPECT_FALSE(change.record.has_failed);
    EXPECT_TRUE(change.record.failure);
    change = apply_running(change.record, samples::running_report(20), at(20));
    EXPECT_FALSE(change.record.failure);
}

TEST(BootProgress, ABladeThatNamesNoCauseIsSaidToNameNone) {
    for (const char* silence : {"", " \n\t"}) {
        api::FailureReport report = samples::failure_report(BootStage::mount_root, 10);
        report.failure.cause = silence;
        const auto change = apply_failure(blade(), planned(), report, at(10));
        EXPECT_EQ(change.record.failure->cause, "its agent names no cause");
        EXPECT_TRUE(tells(change, "failed: its agent names no cause"));
    }
}

TEST(BootProgress, ARefusedPlanLastsUntilThereIsOne) {
    const Error reason =
        Error(ErrorCode::not_found, "no image is assigned").with_cure("assign one");
    auto change = apply_refused_plan(begun(), reason, 1, at(9));
    EXPECT_TRUE(change.record.has_failed);
    change = apply_boot_request(blade(), change.record, samples::boot_request(14, 2), at(14));
    EXPECT_TRUE(change.record.has_failed);
    change = apply_plan(change.record, samples::boot_plan(), "hash", at(14.1));
    EXPECT_FALSE(change.record.has_failed);
    EXPECT_TRUE(tells(change, "boot plan: granite generation 1"));
}

TEST(BootProgress, ABootKeepsWhatItsRootIsMountedWith) {
    api::BootPlan plan = samples::boot_plan();
    plan.root.options = "rw,hard,actimeo=3";
    EXPECT_EQ(apply_plan(begun(), plan, "hash", at(9)).record.actimeo_seconds, 3U);
}

TEST(BootProgress, TheAgentsWordOfARefusedPlanAddsNothing) {
    const Error reason =
        Error(ErrorCode::not_found, "no image is assigned").with_cure("assign one");
    const BootRecord refused = apply_refused_plan(begun(), reason, 1, at(9)).record;
    auto change =
        apply_failure(blade(), refused, samples::failure_report(BootStage::plan, 9.1), at(9.1));
    EXPECT_TRUE(change.story.empty());
    EXPECT_EQ(change.record.failure, refused.failure);
    change =
        apply_failure(blade(), begun(), samples::failure_report(BootStage::plan, 9.1), at(9.1));
    EXPECT_TRUE(change.record.has_failed) << "of which the server knew nothing";
}

TEST(BootProgress, TheSameFailureOverAndOverIsToldLessAndLessOften) {
    BootRecord boot = begun();
    const Error reason(ErrorCode::not_found, "no image is assigned");
    std::size_t lines = 0;
    for (std::uint32_t attempt = 1; attempt <= 100; ++attempt) {
        const double now = 10 + 5.0 * attempt;
        auto change =
            apply_boot_request(blade(), boot, samples::boot_request(now, attempt), at(now));
        lines += change.story.size();
        change = apply_refused_plan(change.record, reason, attempt, at(now));
        lines += change.story.size();
        boot = change.record;
    }
    EXPECT_LT(lines, 40u);
    EXPECT_EQ(boot.failure->since, at(15));
    EXPECT_EQ(boot.failure->time, at(510));
    EXPECT_EQ(boot.failure->attempt, 100u);
}

TEST(BootProgress, EarlierFailuresAreToldOnceAndInTheirPlace) {
    api::BootRequest request = samples::boot_request(9);
    request.earlier_failures = {samples::failure_report(BootStage::connect, 8.3, 1).failure,
                                samples::failure_report(BootStage::connect, 8.5, 2).failure};
    auto change = apply_boot_request(blade(), std::nullopt, request, at(9));
    EXPECT_TRUE(tells(change, "failed: "));
    EXPECT_EQ(change.record.failure->time, at(8.5));
    EXPECT_FALSE(change.record.has_failed) << "the plan stage came after";
    change = apply_boot_request(blade(), change.record, request, at(9));
    EXPECT_FALSE(tells(change, "failed: "));
}

TEST(BootProgress, RunningKnowsWhenInitBegan) {
    const BootRecord boot = running();
    EXPECT_EQ(boot.exec, at(8.5));
    EXPECT_EQ(boot.running, at(12));
    EXPECT_EQ(boot.stage, BootStage::running);
}

TEST(BootProgress, AHeartbeatIsAsGoodAsALostRunningReport) {
    const auto change = apply_heartbeat(planned(), samples::heartbeat(20), at(20));
    EXPECT_EQ(change.record.running, at(20));
    EXPECT_TRUE(apply_heartbeat(change.record, samples::heartbeat(30), at(30)).story.empty());
}

TEST(BootProgress, AWordFromALostBladeRecoversIt) {
    BootRecord boot = running();
    boot.lost = at(60);
    const auto change = apply_heartbeat(boot, samples::heartbeat(112), at(112));
    EXPECT_FALSE(change.record.lost);
    EXPECT_EQ(texts(change), std::vector<std::string>{"heard again after 100 s"});
}

TEST(FindBoot, KnowsAKernelWhoseServersClockWasSet) {
    constexpr std::chrono::hours kYears(24 * 365 * 5);
    const BootRecord boot = apply_boot_request(blade(), {}, samples::boot_request(9), at(9)).record;
    for (const std::chrono::seconds by : {kYears, -kYears}) {
        EXPECT_EQ(find_boot({{boot}}, samples::jumped(at(20), by), us(20)), 0u);
        EXPECT_EQ(find_boot({{boot}}, samples::jumped(at(40), by), us(15)), std::nullopt);
    }
    BootRecord firmware = begin_record(blade(), model::BootStage::firmware, at(1));
    EXPECT_EQ(find_boot({{firmware}}, samples::jumped(at(9), kYears), us(9)), 0u);
    EXPECT_EQ(find_boot({{firmware}}, samples::jumped(at(3609), -kYears), us(9)), std::nullopt);
}

TEST(FindBoot, TakesAnyClockOfABlade) {
    const BootRecord boot = apply_boot_request(blade(), {}, samples::boot_request(9), at(9)).record;
    EXPECT_EQ(find_boot({{boot}}, at(20), UINT64_MAX), std::nullopt);
    EXPECT_EQ(find_boot({{boot}}, at(20), 0), std::nullopt);
    const BootRecord firmware = begin_record(blade(), model::BootStage::firmware, at(1));
    EXPECT_EQ(find_boot({{firmware}}, at(20), UINT64_MAX), 0u);
}

TEST(FindBoot, TheSameKernelIsTheSameBoot) {
    const BootRecord boot = begun();
    EXPECT_EQ(find_boot({{boot}}, at(20), us(20)), 0u);
    EXPECT_EQ(find_boot({{boot}}, at(22), us(20)), 0u) << "2 s late";
}

TEST(FindBoot, AnotherKernelIsAnotherBoot) {
    const BootRecord boot = begun();
    EXPECT_EQ(find_boot({{boot}}, at(40), us(15)), std::nullopt);
    EXPECT_EQ(find_boot({{boot}}, at(12), us(8)), std::nullopt) << "its clock went back";
}

TEST(FindBoot, FirmwareRequestsBelongToTheKernelThatFollows) {
    const auto firmware =
        apply_dhcp(blade(), std::nullopt, samples::dhcp(DhcpEventKind::discover), at(1))->record;
    EXPECT_EQ(find_boot({{firmware}}, at(9), us(9)), 0u);
    EXPECT_EQ(find_boot({{firmware}}, at(3609), us(9)), std::nullopt) << "an hour ago";
}

TEST(FindBoot, LooksBehindRequestsOfTheRunningSystem) {
    const auto request =
        apply_dhcp(blade(), running(), samples::dhcp(DhcpEventKind::discover), at(30))->record;
    EXPECT_EQ(find_boot({{request, running()}}, at(40), us(40)), 1u);
}

TEST(BootProgress, ABladeThatWasForgottenRunsSinceItsInitStarted) {
    const auto change =
        apply_enrolment(blade(), std::nullopt, samples::enrolment_request(5000), "new", at(5000));
    EXPECT_EQ(change.record.stage, BootStage::running);
    EXPECT_EQ(change.record.token_hash, "new");
    EXPECT_EQ(change.record.image, samples::image());
    EXPECT_EQ(change.record.kernel, at(samples::kKernel));
    EXPECT_EQ(change.record.exec, at(8.5));
    EXPECT_EQ(change.record.last_heard, at(5000));
    EXPECT_TRUE(tells(change, "not known here any more"));
}

TEST(MoveReports, SayTheSameOnce) {
    auto change = apply_move(running(), samples::move_report(2, 40), at(40));
    EXPECT_TRUE(tells(change, "shared root of generation 2 in use"));
    EXPECT_EQ(change.record.last_heard, at(40));
    change = apply_move(change.record, samples::move_report(2, 41), at(41));
    EXPECT_TRUE(change.story.empty()) << "the answer was lost";
    EXPECT_EQ(change.record.generation, *model::Generation::from_number(2));
}

TEST(MoveReports, AFailureThatRepeatsItselfFillsNoStory) {
    BootRecord record = running();
    std::size_t told = 0;
    for (int i = 0; i < 8; ++i) {
        const auto change = apply_move(record, samples::move_report(2, 40 + i, "no"), at(40 + i));
        told += change.story.size();
        record = change.record;
    }
    EXPECT_EQ(told, 4u) << "the 1st, 2nd, 4th and 8th";
    EXPECT_EQ(record.generation, running().generation);
    const auto other = apply_move(record, samples::move_report(2, 50, " "), at(50));
    EXPECT_TRUE(tells(other, "names no cause"));
    EXPECT_FALSE(apply_move(record, samples::move_report(2, 51), at(51)).record.failed_move);
}

TEST(MoveReports, AFailureIsNotTriedAgainAtOnce) {
    const auto second = *model::Generation::from_number(2);
    const auto third = *model::Generation::from_number(3);
    EXPECT_FALSE(is_move_due(running(), *running().generation, at(40)));
    EXPECT_TRUE(is_move_due(running(), second, at(40)));
    const BootRecord failed =
        apply_move(running(), samples::move_report(2, 40, "no"), at(40)).record;
    EXPECT_FALSE(is_move_due(failed, second, at(99.9)));
    EXPECT_TRUE(is_move_due(failed, second, at(100)));
    EXPECT_TRUE(is_move_due(failed, third, at(41)));
    Moment booted = at(41);
    booted.uptime_us = 1;
    EXPECT_TRUE(is_move_due(failed, second, booted)) << "the server was booted";
}

TEST(BootProgress, ABladeThatEnrolsKeepsWhatIsKnownOfItsBoot) {
    const auto change =
        apply_enrolment(blade(), running(), samples::enrolment_request(5000), "new", at(5000));
    EXPECT_EQ(change.record.running, running().running);
    EXPECT_EQ(change.record.exec, running().exec);
    EXPECT_EQ(change.record.token_hash, "new") << "the one before is no good any more";
}

}  // namespace
}  // namespace dim::server
