#include "imageserver/blade/blade_status.hpp"
#include "imageserver/boot/agent_reports.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/server_observations.hpp"
#include "libdim/api/admin_samples.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using model::BladeState;
using model::BootStage;
using samples::at;

const cluster::Blade& definition() {
    static const cluster::Blade made{samples::blade(),
                                     model::BladeType::js21,
                                     samples::mac(),
                                     *model::ComponentName::parse("is01"),
                                     {}};
    return made;
}

/// Replays what is heard of a blade.
class BladeStatusTest : public ::testing::Test {
protected:
    api::BladeStatus status(double now) { return status(at(now)); }
    api::BladeStatus status(Moment now) {
        return blade_status(
            {definition(), samples::address(), assigned, boot, {}, seen_off, boot_file}, now,
            at(0));
    }
    void hear(BootChange step) { boot = std::move(step.record); }
    void hear(std::optional<BootChange> step) {
        if (step) boot = std::move(step->record);
    }

    void ask_for_address(double now) {
        hear(apply_dhcp(samples::blade(), boot, samples::dhcp(DhcpEventKind::discover), at(now)));
        hear(apply_dhcp(samples::blade(), boot, samples::dhcp(DhcpEventKind::acknowledge),
                        at(now + 0.1)));
    }
    void ask_for_plan(double now, std::uint32_t attempt = 1) {
        hear(apply_boot_request(samples::blade(), boot, samples::boot_request(now, attempt),
                                at(now)));
    }
    void get_plan(double now) { hear(apply_plan(*boot, samples::boot_plan(), "hash", at(now))); }

    std::optional<model::ImageName> assigned = samples::image();
    std::optional<BootRecord> boot;
    std::optional<SeenOff> seen_off;
    std::optional<api::BootFile> boot_file;
};

TEST_F(BladeStatusTest, OfABladeThatRunsAnOldKernelNamesBoth) {
    boot_file = api::samples::boot_file();
    boot_file->kernel = "6.1.0-51-amd64";
    ask_for_plan(9);
    get_plan(9);
    EXPECT_EQ(status(10).next_kernel, std::nullopt) << "it boots";
    hear(apply_running(*boot, samples::running_report(12), at(12)));
    EXPECT_EQ(status(13).kernel, samples::boot_request(9).kernel);
    EXPECT_EQ(status(13).next_kernel, "6.1.0-51-amd64");
    boot_file->kernel = samples::boot_request(9).kernel;
    EXPECT_EQ(status(13).next_kernel, std::nullopt);
}

TEST_F(BladeStatusTest, OfABladeNeverHeardOfIsUnseen) {
    const auto unseen = status(5);
    EXPECT_EQ(unseen.state, BladeState::unseen);
    EXPECT_EQ(unseen.since, std::nullopt);
    EXPECT_EQ(unseen.age_seconds, std::nullopt);
    EXPECT_EQ(unseen.image, samples::image());
}

TEST_F(BladeStatusTest, WithoutAnImageTheFirmwareGetsNowhereAndTheStatusSaysWhy) {
    assigned.reset();
    ask_for_address(1);
    const auto waiting = status(2);
    EXPECT_EQ(waiting.state, BladeState::firmware);
    EXPECT_TRUE(waiting.cause->contains("no image is assigned"));
    EXPECT_EQ(waiting.cure, "dim dhcp assign s01c1b01 IMAGE");
}

TEST_F(BladeStatusTest, FollowsAGoodBoot) {
    ask_for_address(1);
    EXPECT_EQ(status(2).state, BladeState::firmware);
    EXPECT_EQ(status(2).since, at(1));
    ask_for_plan(9);
    EXPECT_EQ(status(9).state, BladeState::booting);
    get_plan(9.1);
    hear(apply_stages(*boot, samples::stage_report(BootStage::mount_root, 9.2), at(9.2)));
    EXPECT_EQ(status(9.3).stage, BootStage::mount_root);
    hear(apply_running(*boot, samples::running_report(12), at(12)));
    const auto runs = status(15);
    EXPECT_EQ(runs.state, BladeState::running);
    EXPECT_EQ(runs.since, at(12));
    EXPECT_EQ(runs.age_seconds, 3.0);
    EXPECT_EQ(runs.cause, std::nullopt);
    EXPECT_EQ(runs.generation->number(), 1u);
    EXPECT_EQ(runs.seconds.firmware, 5.0);
    EXPECT_EQ(runs.seconds.kernel, 2.0);
    EXPECT_EQ(runs.seconds.agent, 0.5);
    EXPECT_EQ(runs.seconds.init, 3.5);
}

TEST_F(BladeStatusTest, TellsNoTimeOfTheFutureAndTheTrueAge) {
    constexpr std::chrono::hours kYears(24 * 365 * 5);
    ask_for_plan(9);
    get_plan(9.1);
    hear(apply_running(*boot, samples::running_report(12), at(12)));
    for (const std::chrono::seconds by : {kYears, -kYears}) {
        const Moment now = samples::jumped(at(15), by);
        EXPECT_EQ(status(now).state, BladeState::running);
        EXPECT_EQ(status(now).age_seconds, 3.0);
        EXPECT_LE(*status(now).since, now.time);
        EXPECT_LE(*status(now).last_heard, now.time);
    }
}

TEST_F(BladeStatusTest, OfAFailureNamesStageCauseAndCure) {
    ask_for_plan(9);
    hear(apply_refused_plan(*boot, Error(ErrorCode::not_found, "gone").with_cure("make it"), 1,
                            at(9)));
    const auto failed = status(10);
    EXPECT_EQ(failed.state, BladeState::failed);
    EXPECT_EQ(failed.stage, BootStage::plan);
    EXPECT_EQ(failed.cause, "gone");
    EXPECT_EQ(failed.cure, "make it");
    EXPECT_EQ(failed.since, at(9));
    EXPECT_EQ(status(90'000).state, BladeState::failed);
}

TEST_F(BladeStatusTest, WhileItTriesAgainTheLastFailureIsKnown) {
    ask_for_plan(9);
    get_plan(9.1);
    hear(apply_failure(samples::blade(), boot, samples::failure_report(BootStage::mount_root, 10),
                       at(10)));
    EXPECT_EQ(status(10).state, BladeState::failed);
    ask_for_plan(15, 2);
    const auto again = status(15);
    EXPECT_EQ(again.state, BladeState::booting);
    EXPECT_EQ(again.cause, "attempt 1 failed at mount-root: mount: Connection refused");
    hear(apply_running(*boot, samples::running_report(18), at(18)));
    EXPECT_EQ(status(18).cause, std::nullopt);
}

TEST_F(BladeStatusTest, OfASilentBladeIsLostAtOnceAndAgainAliveWhenHeard) {
    ask_for_plan(9);
    get_plan(9.1);
    hear(apply_running(*boot, samples::running_report(12), at(12)));
    EXPECT_EQ(status(42).state, BladeState::running);
    const auto lost = status(43);
    EXPECT_EQ(lost.state, BladeState::lost);
    EXPECT_TRUE(lost.cause->contains("heartbeats"));
    hear(apply_silence(*boot, at(43), at(0)));
    hear(apply_heartbeat(*boot, samples::heartbeat(50), at(50)));
    EXPECT_EQ(status(51).state, BladeState::running);
    EXPECT_EQ(status(51).since, at(12));
}

TEST_F(BladeStatusTest, WhatWasFoundLostStaysSoForANewDaemon) {
    ask_for_plan(9);
    hear(apply_silence(*boot, at(100), at(0)));
    const auto later =
        blade_status({definition(), samples::address(), assigned, boot}, at(200), at(199));
    EXPECT_EQ(later.state, BladeState::lost);
    EXPECT_EQ(later.since, at(100));
}

TEST_F(BladeStatusTest, OfABladeWithoutPowerIsOffNotLost) {
    ask_for_plan(9);
    get_plan(9.1);
    hear(apply_running(*boot, samples::running_report(12), at(12)));
    seen_off = SeenOff{at(14), at(20).uptime_us};
    const auto off = status(21);
    EXPECT_EQ(off.state, BladeState::off);
    EXPECT_EQ(off.since, at(14));
    EXPECT_EQ(off.last_heard, at(12));
    EXPECT_EQ(off.stage, std::nullopt);
    EXPECT_EQ(off.cause, std::nullopt);
    EXPECT_EQ(off.image, samples::image()) << "what it would boot";
    hear(apply_silence(*boot, at(43), at(0)));
    EXPECT_EQ(status(320).state, BladeState::off);
    EXPECT_EQ(status(321).state, BladeState::lost) << "its module was silent for too long";
}

TEST_F(BladeStatusTest, OfABladeThatSpeaksIsNotOffWhateverItsModuleSaid) {
    seen_off = SeenOff{at(1), at(2).uptime_us};
    EXPECT_EQ(status(3).state, BladeState::off) << "although it was never heard of";
    EXPECT_EQ(status(1).state, BladeState::unseen) << "an answer that is yet to come";
    ask_for_address(5);
    EXPECT_EQ(status(6).state, BladeState::firmware);
    seen_off = SeenOff{at(1), at(5.1).uptime_us};
    EXPECT_EQ(status(6).state, BladeState::firmware) << "at the same time";
}

TEST_F(BladeStatusTest, ShowsWhatRunsNotWhatIsAssignedNext) {
    ask_for_plan(9);
    get_plan(9.1);
    assigned = *model::ImageName::parse("basalt");
    EXPECT_EQ(status(10).image, samples::image());
}

TEST_F(BladeStatusTest, APowerCycleBeginsAgain) {
    ask_for_plan(9);
    get_plan(9.1);
    hear(apply_running(*boot, samples::running_report(12), at(12)));
    ask_for_address(500);
    const auto again = status(501);
    EXPECT_EQ(again.state, BladeState::firmware);
    EXPECT_EQ(again.since, at(500));
    EXPECT_EQ(again.seconds, api::BootSeconds());
}

}  // namespace
}  // namespace dim::server
