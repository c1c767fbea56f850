#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/boot/boot_limits.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"

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
        ASSERT_TRUE(log().find_lost(at(now)));
    EXPECT_TRUE(newest().lost);
    EXPECT_EQ(std::ranges::count_if(
                  story(), [](const std::string& text) { return text.starts_with("lost:"); }),
              1);
}

TEST_F(BootJournalTest, ABootThatAnotherFollowedIsNeverLost) {
    boot(9);
    ask_for_address(40);
    ASSERT_TRUE(log().find_lost(at(150)));
    for (const std::string& text : story())
        EXPECT_FALSE(text.starts_with("lost:")) << text;
    ASSERT_TRUE(log().find_lost(at(161)));
    EXPECT_TRUE(newest().lost);
}

TEST_F(BootJournalTest, ALateWordOfAnOldBootMakesNoSecondLoss) {
    const std::string old = boot(9);
    ASSERT_TRUE(log().begin_boot(blade(), samples::boot_request(9), at(500)));
    ASSERT_TRUE(log().record_heartbeat(blade(), old, samples::heartbeat(501), at(501)));
    ASSERT_TRUE(log().find_lost(at(1000)));
    EXPECT_NE(boot_id(newest()), old);
    EXPECT_EQ(std::ranges::count_if(
                  story(), [](const std::string& text) { return text.starts_with("lost:"); }),
              1);
}

TEST_F(BootJournalTest, ALossIsFoundEvenWhenNobodyListenedFirst) {
    boot(9);
    restart(1000);
    ASSERT_TRUE(log().find_lost(at(1059)));
    EXPECT_FALSE(newest().lost);
    ASSERT_TRUE(log().find_lost(at(1061)));
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

}  // namespace
}  // namespace dim::server
