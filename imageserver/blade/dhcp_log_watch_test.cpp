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
    void append(const std::string& line) const {
        std::ofstream(path(), std::ios::app) << line << '\n';
    }
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
