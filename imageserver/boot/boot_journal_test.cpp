#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/boot/boot_limits.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "libdim/testing/failing_writes.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using model::BootStage;
using samples::at;
using samples::blade;

class BootJournalTest : public ::testing::Test {
protected:
    /// As after kill -9.
    void restart(double now) {
        log_.reset();
        database_.reopen();
        log_ = std::make_unique<BootJournal>(database_.get(), at(now));
    }
    void ask_for_address(double now, DhcpEventKind kind = DhcpEventKind::discover) {
        const std::array events{BootJournal::BladeDhcpEvent{blade(), samples::dhcp(kind)}};
        ASSERT_TRUE(log().record_dhcp(events, "1:" + std::to_string(now), at(now)));
    }
    /// Whether it could be stored or not: dhcpd does not wait for us.
    void ask_for_address_on_any_disk(double now) {
        const std::array events{
            BootJournal::BladeDhcpEvent{blade(), samples::dhcp(DhcpEventKind::discover)}};
        (void)log().record_dhcp(events, "1:" + std::to_string(now), at(now));
    }
    static bool no_loss_of_power(const BootRecord& /*boot*/) { return false; }
    /// Returns the boot id.
    std::string boot(double now, const std::string& token = "secret") {
        const auto record = log().begin_boot(blade(), samples::boot_request(now), at(now));
        EXPECT_TRUE(record);
        EXPECT_TRUE(log().record_plan(record->key, samples::boot_plan(token), at(now)));
        return boot_id(*record);
    }
    BootRecord newest() { return log().newest_boot(blade()).value().value(); }
    std::vector<std::string> story() {
        std::vector<std::string> texts;
        const auto events = log().story(blade()).value();
        for (const api::StoryEvent& event : events)
            texts.push_back(event.text);
        return texts;
    }
    BootJournal& log() { return *log_; }

    TestDatabase database_;
    std::unique_ptr<BootJournal> log_ = std::make_unique<BootJournal>(database_.get(), at(0));
};

TEST_F(BootJournalTest, ARestartedDaemonFindsWhoIsSilentWhateverItsClockSays) {
    constexpr std::chrono::hours kYears(24 * 365 * 5);
    for (const std::chrono::seconds by : {kYears, -kYears}) {
        const double start = by > kYears / 2 ? 9 : 2000;
        boot(start);
        log_.reset();
        database_.reopen();
        const auto after = [&](double seconds) {
            // The server was booted, too.
            Moment moment = samples::jumped(at(start + 500 + seconds), by);
            moment.uptime_us = static_cast<std::int64_t>((60 + seconds) * 1e6);
            return moment;
        };
        log_ = std::make_unique<BootJournal>(database_.get(), after(0));
        ASSERT_TRUE(log().find_lost(after(0), no_loss_of_power));
        ASSERT_TRUE(log().find_lost(after(59), no_loss_of_power));
        EXPECT_FALSE(newest().lost) << "nobody listened before";
        ASSERT_TRUE(log().find_lost(after(61), no_loss_of_power));
        EXPECT_TRUE(newest().lost);
    }
}

TEST_F(BootJournalTest, TellsTheNewestEventsAfterTheClockWentBack) {
    constexpr std::chrono::hours kYears(24 * 365 * 5);
    for (std::size_t i = 0; i < kEventsInStory; ++i)
        ASSERT_TRUE(log().note({{blade()}}, {samples::jumped(at(1), kYears), "a", {}, "old", {}}));
    ASSERT_TRUE(log().note({{blade()}}, {at(2), "a", {}, "new", {}}));
    EXPECT_EQ(story().size(), kEventsInStory);
    EXPECT_EQ(std::ranges::count(story(), "new"), 1);
}

TEST_F(BootJournalTest, RefusesReportsOfBootsThereAreNot) {
    const std::string id = boot(9);
    for (const std::string& wrong :
         {std::string(), std::string("s01c1b01"), id + "0",
          std::string("s01c1b01-99999999999999999999"), "x" + id, std::string("s01c1b01--1")}) {
        EXPECT_EQ(
            log().record_heartbeat(blade(), wrong, samples::heartbeat(10), at(10)).error().code(),
            ErrorCode::not_found)
            << wrong;
    }
    EXPECT_EQ(log()
                  .record_heartbeat(samples::other_blade(), id, samples::heartbeat(10), at(10))
                  .error()
                  .code(),
              ErrorCode::not_found)
        << "of another blade";
}

TEST_F(BootJournalTest, RefusesWrongTokens) {
    const std::string id = boot(9);
    for (const char* token : {"", "Secret", "secret "}) {
        EXPECT_EQ(log()
                      .record_stages(blade(), id,
                                     samples::stage_report(BootStage::mount_root, 10, token),
                                     at(10))
                      .error()
                      .code(),
                  ErrorCode::permission_denied);
    }
    const auto unplanned =
        log().begin_boot(samples::other_blade(), samples::boot_request(9), at(9));
    EXPECT_EQ(log()
                  .record_heartbeat(samples::other_blade(), boot_id(*unplanned),
                                    samples::heartbeat(10, ""), at(10))
                  .error()
                  .code(),
              ErrorCode::permission_denied)
        << "no plan, no token";
}

TEST_F(BootJournalTest, KeepsNoTokens) {
    boot(9, "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(newest().token_hash.size(), 64u);
    EXPECT_FALSE(newest().token_hash.contains("0123456789abcdef0123456789abcdef"));
}

TEST_F(BootJournalTest, TheLastTokenOfABootIsTheGoodOne) {
    const std::string id = boot(9, "first");
    EXPECT_EQ(boot(14, "second"), id) << "the same kernel";
    EXPECT_FALSE(log().record_heartbeat(blade(), id, samples::heartbeat(15, "first"), at(15)));
    EXPECT_TRUE(log().record_heartbeat(blade(), id, samples::heartbeat(15, "second"), at(15)));
}

TEST_F(BootJournalTest, ABootSurvivesTheDaemonsDeathAtEveryStep) {
    ask_for_address(1);
    restart(2);
    const std::string id = boot(9);
    restart(9.5);
    ASSERT_TRUE(
        log().record_stages(blade(), id, samples::stage_report(BootStage::mount_root, 10), at(10)));
    restart(10.5);
    EXPECT_EQ(newest().stage, BootStage::mount_root);
    ASSERT_TRUE(log().record_running(blade(), id, samples::running_report(12), at(12)));
    restart(40);
    EXPECT_EQ(newest().running, at(12));
    ASSERT_TRUE(log().record_heartbeat(blade(), id, samples::heartbeat(41), at(41)));
    EXPECT_EQ(newest().last_heard, at(41));
    EXPECT_EQ(newest().firmware, at(1));
    EXPECT_EQ(log().dhcp_log_position().value(), "1:" + std::to_string(1.0));
}

TEST_F(BootJournalTest, KnowsWhoseSharedRootABladeHasAfterTheDaemonsDeath) {
    const std::string id = boot(9);
    ASSERT_TRUE(log().record_running(blade(), id, samples::running_report(12), at(12)));
    EXPECT_EQ(
        log().record_move(blade(), id, samples::move_report(2, 20, {}, "x"), at(20)).error().code(),
        ErrorCode::permission_denied);
    ASSERT_TRUE(log().record_move(blade(), id, samples::move_report(2, 20, "no"), at(20)));
    restart(21);
    EXPECT_EQ(newest().generation, *model::Generation::from_number(1));
    EXPECT_FALSE(is_move_due(newest(), *model::Generation::from_number(2), at(22)));
    ASSERT_TRUE(log().record_move(blade(), id, samples::move_report(2, 30), at(30)));
    restart(31);
    EXPECT_EQ(newest().generation, *model::Generation::from_number(2));
    EXPECT_EQ(newest().last_heard, at(30));
    const auto told = story();
    EXPECT_EQ(std::ranges::count(told, "shared root of generation 2 in use"), 1);
    const auto beaten = log().record_heartbeat(blade(), id, samples::heartbeat(40), at(40));
    ASSERT_TRUE(beaten);
    EXPECT_EQ(*beaten, newest());
}

TEST_F(BootJournalTest, TheStoryIsInTheOrderOfTimeWithFirmwareFirst) {
    ask_for_address(1);
    ask_for_address(1.5, DhcpEventKind::acknowledge);
    const std::string id = boot(9);
    ASSERT_TRUE(log().record_running(blade(), id, samples::running_report(12), at(12)));
    const auto events = log().story(blade()).value();
    EXPECT_TRUE(std::ranges::is_sorted(events, {}, &api::StoryEvent::time));
    EXPECT_EQ(events.front().source, "dhcpd");
    EXPECT_EQ(events.back().source, "monitor");
    EXPECT_TRUE(std::ranges::all_of(events, [&](const auto& each) { return each.boot_id == id; }));
}

TEST_F(BootJournalTest, RequestsOfTheRunningSystemAreNoBoot) {
    const std::string id = boot(9);
    ASSERT_TRUE(log().record_running(blade(), id, samples::running_report(12), at(12)));
    ask_for_address(20);
    EXPECT_NE(boot_id(newest()), id);
    ASSERT_TRUE(log().record_heartbeat(blade(), id, samples::heartbeat(22), at(22)));
    EXPECT_EQ(boot_id(newest()), id);
    EXPECT_EQ(std::ranges::count(story(), "asks for an address (DHCPDISCOVER)"), 1);
}

TEST_F(BootJournalTest, AFailureWithoutAPlanFindsItsBootByTheClock) {
    ask_for_address(1);
    ASSERT_TRUE(
        log().record_failure(blade(), samples::failure_report(BootStage::tls, 8.5), at(8.5)));
    EXPECT_EQ(newest().firmware, at(1));
    EXPECT_TRUE(newest().has_failed);
    boot(9);
    EXPECT_FALSE(newest().has_failed);
    EXPECT_EQ(log().newest_boots()->size(), 1u);
}

TEST_F(BootJournalTest, ALossIsFoundOnceAndToldOnce) {
    boot(9);
    for (double now = 60; now < 80; ++now)
        ASSERT_TRUE(log().find_lost(at(now), no_loss_of_power));
    EXPECT_TRUE(newest().lost);
    EXPECT_EQ(std::ranges::count_if(
                  story(), [](const std::string& text) { return text.starts_with("lost:"); }),
              1);
}

TEST_F(BootJournalTest, ABootThatAnotherFollowedIsNeverLost) {
    boot(9);
    ask_for_address(40);
    ASSERT_TRUE(log().find_lost(at(150), no_loss_of_power));
    for (const std::string& text : story())
        EXPECT_FALSE(text.starts_with("lost:")) << text;
    ASSERT_TRUE(log().find_lost(at(161), no_loss_of_power));
    EXPECT_TRUE(newest().lost);
}

TEST_F(BootJournalTest, ALateWordOfAnOldBootMakesNoSecondLoss) {
    const std::string old = boot(9);
    ASSERT_TRUE(log().begin_boot(blade(), samples::boot_request(9), at(500)));
    ASSERT_TRUE(log().record_heartbeat(blade(), old, samples::heartbeat(501), at(501)));
    ASSERT_TRUE(log().find_lost(at(1000), no_loss_of_power));
    EXPECT_NE(boot_id(newest()), old);
    EXPECT_EQ(std::ranges::count_if(
                  story(), [](const std::string& text) { return text.starts_with("lost:"); }),
              1);
}

TEST_F(BootJournalTest, ALossIsFoundEvenWhenNobodyListenedFirst) {
    boot(9);
    restart(1000);
    ASSERT_TRUE(log().find_lost(at(1059), no_loss_of_power));
    EXPECT_FALSE(newest().lost);
    ASSERT_TRUE(log().find_lost(at(1061), no_loss_of_power));
    EXPECT_TRUE(newest().lost);
}

TEST_F(BootJournalTest, HeartbeatsChangeNoStory) {
    const std::string id = boot(9);
    ASSERT_TRUE(log().record_running(blade(), id, samples::running_report(12), at(12)));
    const auto before = story();
    const auto changes = log().change_count();
    for (double now = 22; now < 522; now += 10)
        ASSERT_TRUE(log().record_heartbeat(blade(), id, samples::heartbeat(now), at(now)));
    EXPECT_EQ(story(), before);
    EXPECT_EQ(log().change_count(), changes);
}

TEST_F(BootJournalTest, BootsAndEventsAreBounded) {
    for (int i = 0; i < 3 * static_cast<int>(kBootsPerBlade); ++i)
        ask_for_address(1000.0 * i);
    EXPECT_EQ(story().size(), kBootsPerBlade);
    for (std::size_t i = 0; i < kEventsPerBlade + 100; ++i) {
        ASSERT_TRUE(
            log().note(std::array{blade()},
                       {at(static_cast<double>(i)), "administrator", std::nullopt, "did it", {}}));
    }
    EXPECT_EQ(story().size(), kEventsInStory);
    const auto count = database_.get().transaction([](Transaction& transaction) -> Result<long> {
        DIM_TRY(Statement rows, transaction.query("SELECT count(*) FROM story"));
        DIM_TRY([[maybe_unused]] const bool has_row, rows.next());
        return rows.integer(0);
    });
    EXPECT_EQ(count, static_cast<long>(kEventsPerBlade));
}

using dim::testing::FailingWrites;

/// Boots of kernels that start when they are told to, on a disk that refuses.
class BootJournalOnABadDisk : public BootJournalTest {
protected:
    /// A kernel that started 3 s before ARRIVAL asks for its plan; SECONDS later for another one.
    std::string boot_anew(double arrival, const std::string& token = "secret", double seconds = 0) {
        const auto request = samples::boot_request(samples::kKernel + 3 + seconds);
        const auto record = log().begin_boot(blade(), request, at(arrival + seconds));
        if (!record) return "";
        EXPECT_TRUE(log().record_plan(record->key, samples::boot_plan(token), at(arrival)));
        return boot_id(*record);
    }
    Result<void> run(const std::string& id, double arrival) {
        return log().record_running(blade(), id, samples::running_report(samples::kKernel + 4),
                                    at(arrival + 1));
    }
    Result<BootRecord> beat(const std::string& id, double arrival,
                            const std::string& token = "secret") {
        return log().record_heartbeat(blade(), id, samples::heartbeat(samples::kKernel + 5, token),
                                      at(arrival + 2));
    }
};

TEST_F(BootJournalOnABadDisk, ABladeStillGetsItsPlan) {
    double now = 1000;
    for (const int error : {ENOSPC, EIO}) {
        SCOPED_TRACE(error);
        std::string id;
        {
            const FailingWrites failing(database_.directory(), error);
            id = boot_anew(now);
            EXPECT_EQ(log().unstored_count(), 1u);
            EXPECT_EQ(boot_id(newest()), id);
            EXPECT_FALSE(run(id, now)) << "what could not be stored is not acknowledged";
        }
        EXPECT_TRUE(run(id, now));
        EXPECT_EQ(log().unstored_count(), 0u);
        restart(now + 1);
        EXPECT_EQ(boot_id(newest()), id);
        EXPECT_TRUE(beat(id, now)) << "the token was stored";
        now += 1000;
    }
    const auto told = story();
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(std::ranges::count(told, told.front()), 2) << "each boot once";
}

TEST_F(BootJournalOnABadDisk, BootsKeepTheirOwnIds) {
    const auto other = samples::other_blade();
    std::string id;
    std::string other_id;
    {
        const FailingWrites failing(database_.directory(), ENOSPC);
        id = boot_anew(1000);
        const auto record = log().begin_boot(other, samples::boot_request(9), at(1000));
        ASSERT_TRUE(record);
        ASSERT_TRUE(log().record_plan(record->key, samples::boot_plan("other"), at(1000)));
        other_id = boot_id(*record);
        EXPECT_EQ(boot_anew(1000, "again", 2), id) << "the same kernel asks again";
        EXPECT_NE(boot_anew(2000, "latest"), id);
        EXPECT_EQ(log().unstored_count(), 2u) << "one for each blade";
    }
    ASSERT_TRUE(log().find_lost(at(2001), no_loss_of_power));
    restart(2001);
    EXPECT_TRUE(log().record_heartbeat(other, other_id, samples::heartbeat(10, "other"), at(2002)));
    EXPECT_TRUE(beat(boot_id(newest()), 2002, "latest"));
}

TEST_F(BootJournalOnABadDisk, ABladeThatAsksAgainAndAgainFillsNoMemory) {
    {
        const FailingWrites failing(database_.directory(), ENOSPC);
        for (int i = 0; i < 200; ++i)
            boot_anew(1000, "secret", i * 0.1);
        EXPECT_EQ(log().unstored_count(), 1u);
    }
    ASSERT_TRUE(log().find_lost(at(1021), no_loss_of_power));
    EXPECT_EQ(story().size(), kEventsUnstored);
}

// A boot, report for report, while each of its writes fails once.
TEST_F(BootJournalOnABadDisk, WhatWasAcknowledgedIsThereAfterAnyWriteFailed) {
    int failed = 1;
    for (int skipped = 0; failed != 0; ++skipped) {
        ASSERT_LT(skipped, 200);
        const double now = 1000.0 * (skipped + 1);
        std::string id;
        bool is_running = false;
        {
            const FailingWrites failing(database_.directory(), ENOSPC, skipped, 1);
            ask_for_address_on_any_disk(now - 4);
            id = boot_anew(now);
            is_running = run(id, now).has_value();
            failed = FailingWrites::failed();
        }
        ASSERT_TRUE(log().find_lost(at(now + 1), no_loss_of_power));
        restart(now + 1);
        EXPECT_EQ(boot_id(newest()), id);
        EXPECT_TRUE(!is_running || newest().running);
        EXPECT_TRUE(beat(id, now));
        EXPECT_EQ(log().unstored_count(), 0u);
    }
}

}  // namespace
}  // namespace dim::server
