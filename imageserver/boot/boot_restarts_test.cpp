#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;
using samples::blade;

class BootRestartsTest : public ::testing::Test {
protected:
    BootRecord boot(double now) {
        const auto record = journal.begin_boot(blade(), samples::boot_request(now), at(now));
        EXPECT_TRUE(journal.record_plan(record->key, samples::boot_plan(), at(now)));
        return newest();
    }
    BootRecord newest() { return journal.newest_boot(blade()).value().value(); }
    Result<void> report(const BootRecord& boot, std::uint32_t total, double now,
                        const std::string& token = "secret") {
        return journal.record_restarts(blade(), boot_id(boot),
                                       samples::restart_report(total, now, token), at(now));
    }
    void move(const BootRecord& boot, std::uint32_t generation, double now,
              std::optional<std::string> cause = {}) {
        ASSERT_TRUE(journal.record_move(blade(), boot_id(boot),
                                        samples::move_report(generation, now, std::move(cause)),
                                        at(now)));
    }

    TestDatabase database;
    BootJournal journal{database.get(), at(0)};
};

TEST_F(BootRestartsTest, OnlyTheBootItselfReports) {
    const BootRecord record = boot(9);
    EXPECT_EQ(report(record, 1, 20, "guessed").error().code(), ErrorCode::permission_denied);
    EXPECT_EQ(journal.restarts(record).value(), BootRestarts{});
}

TEST_F(BootRestartsTest, AreThoseOfTheLastReport) {
    const BootRecord record = boot(9);
    for (const std::uint32_t total : {3, 1, 0}) {
        ASSERT_TRUE(report(record, total, 20));
        const auto known = journal.restarts(record).value();
        EXPECT_TRUE(known.is_expected);
        EXPECT_EQ(known.found, samples::restart_report(total, 20).found);
    }
}

TEST_F(BootRestartsTest, AreExpectedAnewAfterAMove) {
    const BootRecord record = boot(9);
    EXPECT_FALSE(journal.restarts(record).value().is_expected);
    move(record, 2, 20, "Stale file handle");
    EXPECT_FALSE(journal.restarts(record).value().is_expected);
    move(record, 2, 21);
    EXPECT_EQ(journal.restarts(record).value(), (BootRestarts{.is_expected = true, .found = {}}));
    ASSERT_TRUE(report(record, 1, 22));
    move(record, 2, 23);
    EXPECT_TRUE(journal.restarts(record).value().found) << "told twice, moved once";
    move(record, 3, 24);
    EXPECT_FALSE(journal.restarts(record).value().found);
}

TEST_F(BootRestartsTest, AReportIsASignOfLife) {
    const BootRecord record = boot(9);
    ASSERT_TRUE(report(record, 0, 33));
    EXPECT_EQ(newest().last_heard, at(33));
}

// What a blade says was made fit by its monitor; a hostile one is not that.
TEST_F(BootRestartsTest, WhatIsKeptIsPrintable) {
    const BootRecord record = boot(9);
    api::RestartReport hostile = samples::restart_report(1, 20);
    hostile.found.processes[0].command = "\x1b[2J";
    ASSERT_TRUE(journal.record_restarts(blade(), boot_id(record), hostile, at(20)));
    EXPECT_EQ(journal.restarts(record).value().found->processes[0].command, "?[2J");
}

TEST_F(BootRestartsTest, GoWithTheirBoot) {
    const BootRecord record = boot(9);
    ASSERT_TRUE(report(record, 1, 20));
    const auto kept = database.get().transaction([](Transaction& transaction) -> Result<bool> {
        DIM_CHECK(transaction.execute("DELETE FROM boot"));
        DIM_TRY(Statement rows, transaction.query("SELECT 1 FROM boot_restarts"));
        return rows.next();
    });
    EXPECT_FALSE(kept.value());
}

}  // namespace
}  // namespace dim::server
