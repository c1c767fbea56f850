#include "imageserver/boot/agent_reports.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/server_observations.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using model::BootStage;
using samples::at;
using samples::blade;
using samples::dhcp;

const Error kWrongAuthority =
    Error(ErrorCode::permission_denied, "another CA").with_cure("rebuild");

BootRecord asked() {
    return apply_dhcp(blade(), std::nullopt, dhcp(DhcpEventKind::discover), at(1))->record;
}
BootRecord begun_after_dhcp() {
    return apply_boot_request(blade(), asked(), samples::boot_request(9), at(9)).record;
}
BootRecord running_after_dhcp() {
    const auto planned =
        apply_plan(begun_after_dhcp(), samples::boot_plan(), "hash", at(9.1)).record;
    return apply_running(planned, samples::running_report(12), at(12)).record;
}

TEST(DhcpOfABlade, OnlyADiscoverBeginsABoot) {
    for (const auto kind :
         {DhcpEventKind::offer, DhcpEventKind::request, DhcpEventKind::acknowledge,
          DhcpEventKind::refuse, DhcpEventKind::unknown_mac}) {
        EXPECT_FALSE(apply_dhcp(blade(), std::nullopt, dhcp(kind), at(1)));
        EXPECT_FALSE(apply_dhcp(blade(), running_after_dhcp(), dhcp(kind), at(30)));
    }
}

TEST(DhcpOfABlade, RepeatedRequestsAreOneBootToldOnce) {
    const auto second = apply_dhcp(blade(), asked(), dhcp(DhcpEventKind::discover), at(7));
    EXPECT_TRUE(second->story.empty());
    EXPECT_EQ(second->record.firmware, at(1));
    EXPECT_EQ(second->record.last_heard, at(7));
    auto given = apply_dhcp(blade(), second->record, dhcp(DhcpEventKind::acknowledge), at(8));
    EXPECT_EQ(given->story.at(0).text, "is given 10.1.0.11 (DHCPACK)");
    given = apply_dhcp(blade(), given->record, dhcp(DhcpEventKind::acknowledge), at(14));
    EXPECT_TRUE(given->story.empty());
}

TEST(DhcpOfABlade, RepetitionsWithinMomentsChangeNothing) {
    for (const auto kind :
         {DhcpEventKind::discover, DhcpEventKind::offer, DhcpEventKind::request}) {
        EXPECT_FALSE(apply_dhcp(blade(), asked(), dhcp(kind), at(5.9)));
        EXPECT_TRUE(apply_dhcp(blade(), asked(), dhcp(kind), at(6)));
    }
    BootRecord lost = asked();
    lost.lost = at(2);
    EXPECT_TRUE(apply_dhcp(blade(), lost, dhcp(DhcpEventKind::discover), at(3)));
}

TEST(DhcpOfABlade, ARequestLongAfterTheLastIsAnotherBoot) {
    const auto next = apply_dhcp(blade(), asked(), dhcp(DhcpEventKind::discover), at(600));
    EXPECT_EQ(next->record.key, 0);
    EXPECT_EQ(next->record.firmware, at(600));
}

TEST(DhcpOfABlade, ARequestAfterAFailureIsAnotherBoot) {
    const auto failed =
        apply_refusal(blade(), asked(), BootStage::tls, kWrongAuthority, at(9)).record;
    const auto next = apply_dhcp(blade(), failed, dhcp(DhcpEventKind::discover), at(20));
    EXPECT_FALSE(next->record.has_failed);
}

TEST(DhcpOfABlade, FirmwareThatItsTypeDoesNotHaveIsAFailureToldOnce) {
    DhcpEvent wrong = dhcp(DhcpEventKind::wrong_firmware);
    wrong.firmware = 11;
    const auto refused = apply_dhcp(blade(), asked(), wrong, at(1));
    ASSERT_TRUE(refused && refused->record.has_failed);
    EXPECT_EQ(refused->record.failure->stage, BootStage::firmware);
    EXPECT_TRUE(refused->record.failure->cause.contains("UEFI on ARM, 64 bits (DHCP option 93 is"))
        << refused->record.failure->cause;
    EXPECT_FALSE(refused->record.failure->cure.empty());
    EXPECT_EQ(refused->story.size(), 1u);

    // It asks again and again: the same boot, and one failure.
    const auto again = apply_dhcp(blade(), refused->record, dhcp(DhcpEventKind::discover), at(9));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->record.has_failed);
    EXPECT_TRUE(again->story.empty());
    EXPECT_EQ(again->record.firmware, at(1));
    const auto third = apply_dhcp(blade(), apply_dhcp(blade(), again->record, wrong, at(9))->record,
                                  wrong, at(18));
    EXPECT_EQ(third->record.failure->attempt, 3u);
    EXPECT_TRUE(third->story.empty());

    // Then as it should be.
    const auto agent =
        apply_boot_request(blade(), third->record, samples::boot_request(9), at(40)).record;
    EXPECT_EQ(agent.key, third->record.key);
    EXPECT_EQ(agent.firmware, at(1));
}

TEST(DhcpOfABlade, TheKernelsOwnRequestIsNotTheFirmwares) {
    const auto late =
        apply_dhcp(blade(), std::nullopt, dhcp(DhcpEventKind::discover), at(8.5))->record;
    const auto change = apply_boot_request(blade(), late, samples::boot_request(9), at(9));
    EXPECT_EQ(change.record.firmware, std::nullopt);
}

FirmwareLoad load(FirmwareLoad::Step step) {
    return {.step = step,
            .file = "debian/3/x86_64-01234567/linux",
            .size = std::uint64_t{8} << 20,
            .sent = std::uint64_t{3} << 19};
}

TEST(LoadByHttp, OfABladeThatIsPastItsFirmwareIsOfNoInterest) {
    for (const auto step : {FirmwareLoad::Step::begins, FirmwareLoad::Step::is_refused}) {
        EXPECT_FALSE(apply_load(std::nullopt, load(step), at(3)));
        EXPECT_FALSE(apply_load(running_after_dhcp(), load(step), at(30)));
    }
}

TEST(LoadByHttp, ThatBreaksOffIsAFailureUntilTheNextOneBegins) {
    FirmwareLoad broken = load(FirmwareLoad::Step::broke_off);
    broken.reason = Error(ErrorCode::unavailable, "Connection reset by peer");
    const auto failed = apply_load(asked(), broken, at(3));
    ASSERT_TRUE(failed && failed->record.has_failed);
    EXPECT_EQ(failed->record.failure->cause,
              "loading debian/3/x86_64-01234567/linux broke off after 1.5 MiB of 8.0 MiB: "
              "Connection reset by peer");
    EXPECT_FALSE(failed->record.failure->cure.empty());
    EXPECT_EQ(apply_load(failed->record, broken, at(4))->record.failure->attempt, 2u);
    const auto next = apply_load(failed->record, load(FirmwareLoad::Step::begins), at(9));
    EXPECT_FALSE(next->record.has_failed);
    EXPECT_EQ(next->story.at(0).text, "loads debian/3/x86_64-01234567/linux by HTTP (8.0 MiB)");
    EXPECT_EQ(next->record.last_heard, at(9));
}

TEST(LoadByHttp, OfWhatIsNotThereTellsTheCure) {
    FirmwareLoad refused = load(FirmwareLoad::Step::is_refused);
    refused.reason = Error(ErrorCode::not_found, "there is none").with_cure("make it");
    const auto failed = apply_load(asked(), refused, at(3));
    EXPECT_EQ(failed->record.failure->cure, "make it");
    EXPECT_TRUE(failed->record.failure->cause.contains("asked by HTTP for debian/3"));
}

TEST(Refusal, FailsABootThatIsUnderWay) {
    const auto change = apply_refusal(blade(), asked(), BootStage::tls, kWrongAuthority, at(9));
    EXPECT_TRUE(change.record.has_failed);
    EXPECT_EQ(change.record.failure->stage, BootStage::tls);
    EXPECT_EQ(change.record.failure->cure, "rebuild");
    EXPECT_EQ(change.record.firmware, at(1));
}

TEST(Refusal, DoesNotFailABladeThatRuns) {
    const BootRecord before = running_after_dhcp();
    const auto change = apply_refusal(blade(), before, BootStage::tls, kWrongAuthority, at(30));
    EXPECT_EQ(change.record, before);
    EXPECT_EQ(change.story.size(), 1u);
}

TEST(Refusal, AfterALostBladeBeginsABoot) {
    BootRecord gone = running_after_dhcp();
    gone.lost = at(100);
    const auto change = apply_refusal(blade(), gone, BootStage::tls, kWrongAuthority, at(200));
    EXPECT_EQ(change.record.running, std::nullopt);
    EXPECT_TRUE(change.record.has_failed);
}

TEST(Silence, OfThreeHeartbeatsIsALoss) {
    EXPECT_FALSE(is_silent(running_after_dhcp(), at(42), at(0)));
    EXPECT_TRUE(is_silent(running_after_dhcp(), at(42.1), at(0)));
    const auto change = apply_silence(running_after_dhcp(), at(43), at(0));
    EXPECT_EQ(change->record.lost, at(43));
    EXPECT_TRUE(change->story.at(0).text.contains("3 heartbeats were missed"));
    EXPECT_FALSE(apply_silence(change->record, at(44), at(0))) << "told once";
}

TEST(Silence, WithoutPowerIsNoLossToTellOf) {
    const auto change = apply_silence(running_after_dhcp(), at(43), at(0), true);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->record.lost, at(43)) << "what its silence is when nobody knows of its power";
    ASSERT_EQ(change->story.size(), 1u);
    EXPECT_TRUE(change->story[0].text.starts_with("off:")) << change->story[0].text;
    EXPECT_TRUE(change->story[0].detail.empty()) << "nothing to cure";
    EXPECT_FALSE(apply_silence(running_after_dhcp(), at(42), at(0), true)) << "not silent yet";
}

TEST(Silence, DoesNotCountWhileWeDidNotListen) {
    EXPECT_FALSE(is_silent(running_after_dhcp(), at(1000), at(980)));
    EXPECT_TRUE(is_silent(running_after_dhcp(), at(1011), at(980)));
}

TEST(Silence, IsNotMeasuredByAClockThatJumps) {
    constexpr std::chrono::hours kYears(24 * 365 * 5);
    for (const std::chrono::seconds by : {kYears, -kYears}) {
        EXPECT_FALSE(is_silent(running_after_dhcp(), samples::jumped(at(42), by), at(0)));
        EXPECT_TRUE(is_silent(running_after_dhcp(), samples::jumped(at(42.1), by), at(0)));
        EXPECT_FALSE(apply_dhcp(blade(), asked(), dhcp(DhcpEventKind::acknowledge),
                                samples::jumped(at(122), by)))
            << "of another boot";
        EXPECT_TRUE(apply_dhcp(blade(), asked(), dhcp(DhcpEventKind::acknowledge),
                               samples::jumped(at(3), by)));
    }
}

TEST(Silence, BeforeTheServersBootCountsFromTheDaemonsStart) {
    BootRecord boot = running_after_dhcp();
    const auto after_boot = [](double seconds) {
        Moment moment = at(seconds);
        moment.uptime_us = static_cast<std::int64_t>((seconds - 1000) * 1e6);
        return moment;
    };
    for (const std::optional<std::int64_t> heard :
         {boot.heard_us, std::optional<std::int64_t>()}) {  // none: of a former version
        boot.heard_us = heard;
        EXPECT_FALSE(is_silent(boot, after_boot(1090), after_boot(1060)));
        EXPECT_TRUE(is_silent(boot, after_boot(1090.1), after_boot(1060)));
    }
}

TEST(Silence, OfABootNamesItsLastStage) {
    EXPECT_FALSE(is_silent(begun_after_dhcp(), at(69), at(0)));
    EXPECT_TRUE(is_silent(begun_after_dhcp(), at(69.1), at(0)));
    EXPECT_TRUE(lost_reason(begun_after_dhcp()).message().contains("plan"));
}

TEST(Silence, OfAFirmwareTellsHowFarItCame) {
    EXPECT_FALSE(is_silent(asked(), at(121), at(0)));
    EXPECT_TRUE(is_silent(asked(), at(121.1), at(0)));
    EXPECT_TRUE(lost_reason(asked()).message().contains("took none"));
    const auto given = apply_dhcp(blade(), asked(), dhcp(DhcpEventKind::acknowledge), at(2));
    EXPECT_TRUE(lost_reason(given->record).message().contains("no agent spoke"));
}

TEST(Silence, AfterABootFileWasLoadedTellsSoAndWhatMayLack) {
    const auto loading = apply_load(asked(), load(FirmwareLoad::Step::begins), at(3))->record;
    EXPECT_TRUE(lost_reason(loading).message().contains(
        "it asked for its boot file debian/3/x86_64-01234567/linux, and no agent spoke: it was "
        "not loaded as a whole"))
        << lost_reason(loading).message();

    const auto loaded = apply_load(loading, load(FirmwareLoad::Step::is_done), at(4))->record;
    const Error reason = lost_reason(loaded);
    EXPECT_TRUE(reason.message().ends_with(
        "its boot file debian/3/x86_64-01234567/linux was loaded, and no agent spoke: the kernel "
        "did not start, or the agent found no network"))
        << reason.message();
    for (const char* word :
         {"console", "dim buildzimage IMAGE --driver", "firmware", "link", "VLAN"})
        EXPECT_TRUE(reason.cure().contains(word)) << word << ": " << reason.cure();
    EXPECT_FALSE(reason.cure().contains("Secure Boot")) << "iPXE's parts are not signed";

    FirmwareLoad program = load(FirmwareLoad::Step::is_done);
    program.file = "debian/3/x86_64-01234567/linux.efi";
    const auto by_uefi = apply_load(asked(), program, at(4))->record;
    EXPECT_TRUE(lost_reason(by_uefi).cure().contains("Secure Boot"));

    // Its second part is on its way: not all is loaded.
    const auto next = apply_load(loaded, load(FirmwareLoad::Step::begins), at(5))->record;
    EXPECT_FALSE(next.loaded);
}

TEST(Silence, AfterAFailureIsStillAFailure) {
    const auto failed =
        apply_refusal(blade(), asked(), BootStage::tls, kWrongAuthority, at(9)).record;
    EXPECT_FALSE(is_silent(failed, at(100'000), at(0)));
}

}  // namespace
}  // namespace dim::server
