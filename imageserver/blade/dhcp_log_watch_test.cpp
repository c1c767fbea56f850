#include "imageserver/blade/dhcp_log_watch.hpp"
#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/state/fake_wall_clock.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class DhcpLogWatchTest : public ::testing::Test {
protected:
    DhcpLogWatch open() { return DhcpLogWatch::open(path(), log, roster, refusals, clock).value(); }
    std::string path() const { return database.directory() + "/dhcpd.log"; }
    void append(const std::string& line, int times = 1) const {
        std::ofstream file(path(), std::ios::app);
        for (int count = 0; count < times; ++count)
            file << line << '\n';
    }
    void execute(std::string_view sql) {
        ASSERT_TRUE(database.get().transaction(
            [&](Transaction& transaction) { return transaction.execute(sql); }));
    }
    static DhcpLogWatch::Rest read(DhcpLogWatch& watch) { return watch.read().value(); }
    std::size_t story_size() { return log.story(samples::blade()).value().size(); }

    TestDatabase database;
    Roster roster = samples::roster();
    BootJournal log{database.get(), samples::at(0)};
    Alerts alerts = Alerts::open(database.get()).value();
    FakeWallClock clock{samples::at(1)};
    Refusals refusals{alerts, log, roster, clock};
};

TEST_F(DhcpLogWatchTest, NoLogYetIsNoError) {
    auto watch = open();
    EXPECT_TRUE(watch.read());
    append("DHCPDISCOVER from 52:54:00:01:01:01 via boot0");
    EXPECT_TRUE(watch.read());
    EXPECT_EQ(story_size(), 1u);
}

TEST_F(DhcpLogWatchTest, NothingIsToldTwiceAndNothingLeftOutAfterARestart) {
    append("DHCPDISCOVER from 52:54:00:01:01:01 via boot0");
    {
        auto watch = open();
        ASSERT_TRUE(watch.read());
        EXPECT_EQ(story_size(), 1u);
    }
    append("DHCPACK on 127.0.0.1 to 52:54:00:01:01:01 via boot0");
    auto watch = open();
    ASSERT_TRUE(watch.read());
    EXPECT_EQ(story_size(), 2u);
    ASSERT_TRUE(watch.read());
    EXPECT_EQ(story_size(), 2u);
}

TEST_F(DhcpLogWatchTest, AnUnknownMacIsAnAlert) {
    append("DHCPDISCOVER from 52:54:00:ff:ff:ff via boot0: network 127.0.0.0/24: no free leases");
    auto watch = open();
    ASSERT_TRUE(watch.read());
    ASSERT_EQ(alerts.alerts().size(), 1u);
    EXPECT_EQ(alerts.alerts().front().kind, "unknown-mac");
    EXPECT_EQ(alerts.alerts().front().origin, "52:54:00:ff:ff:ff");
}

TEST_F(DhcpLogWatchTest, AFloodIsReadInBoundedSteps) {
    append("DHCPDISCOVER from 52:54:00:01:01:01 via boot0", 2500);
    append("DHCPDISCOVER from 52:54:00:ff:ff:ff via boot0: network 127.0.0.0/24: no free leases",
           7);
    auto watch = open();
    const std::uint64_t before = log.change_count();
    EXPECT_EQ(read(watch), DhcpLogWatch::Rest::more);
    EXPECT_EQ(read(watch), DhcpLogWatch::Rest::more);
    EXPECT_TRUE(alerts.alerts().empty()) << "not so far yet";
    EXPECT_EQ(read(watch), DhcpLogWatch::Rest::none);
    EXPECT_EQ(story_size(), 1u);
    EXPECT_EQ(log.change_count(), before + 1) << "who repeats itself wakes nobody";
    ASSERT_EQ(alerts.alerts().size(), 1u);
    EXPECT_EQ(alerts.alerts().front().count, 7u) << "counted, but noted once";
}

TEST_F(DhcpLogWatchTest, WhatCouldNotBeStoredIsReadAgain) {
    append("DHCPDISCOVER from 52:54:00:01:01:01 via boot0");
    auto watch = open();
    execute("ALTER TABLE log_position RENAME TO away");
    EXPECT_FALSE(watch.read());
    EXPECT_EQ(story_size(), 0u);
    execute("ALTER TABLE away RENAME TO log_position");
    EXPECT_EQ(read(watch), DhcpLogWatch::Rest::none);
    EXPECT_EQ(story_size(), 1u);
}

TEST_F(DhcpLogWatchTest, ADamagedPositionIsAnAlertAndTheLogIsFollowedFromItsEnd) {
    append("DHCPDISCOVER from 52:54:00:01:01:01 via boot0");
    execute("INSERT INTO log_position VALUES ('dhcpd', 'garbage')");
    {
        auto watch = open();
        read(watch);
        EXPECT_EQ(story_size(), 0u);
        ASSERT_EQ(alerts.alerts().size(), 1u);
        EXPECT_EQ(alerts.alerts().front().kind, "dhcp-log");
        EXPECT_TRUE(alerts.alerts().front().cure);
        append("DHCPDISCOVER from 52:54:00:01:01:01 via boot0");
        read(watch);
        EXPECT_EQ(story_size(), 1u);
    }
    auto again = open();
    read(again);
    EXPECT_EQ(alerts.alerts().front().count, 1u) << "the position is good again";
    EXPECT_EQ(story_size(), 1u);
}

TEST_F(DhcpLogWatchTest, OtherLinesAreNothing) {
    append("Internet Systems Consortium DHCP Server 4.4.3-P1");
    append(std::string(100'000, '\xff'));
    auto watch = open();
    ASSERT_TRUE(watch.read());
    EXPECT_EQ(story_size(), 0u);
    EXPECT_TRUE(alerts.alerts().empty());
}

}  // namespace
}  // namespace dim::server
