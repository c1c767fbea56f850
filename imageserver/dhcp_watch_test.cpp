#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/blade/test_database.hpp"
#include "imageserver/dhcp_watch.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class DhcpWatchTest : public ::testing::Test {
protected:
    DhcpWatch open() { return DhcpWatch::open(path(), log, roster, refusals, clock).value(); }
    std::string path() const { return database.directory() + "/dhcpd.log"; }
    void append(const std::string& line) const {
        std::ofstream(path(), std::ios::app) << line << '\n';
    }
    std::size_t story_size() { return log.story(samples::blade()).value().size(); }

    TestDatabase database;
    Roster roster = samples::roster();
    BladeLog log{database.get(), samples::at(0)};
    AlertLog alerts = AlertLog::open(database.get()).value();
    std::function<model::Timestamp()> clock = [] { return samples::at(1); };
    RefusalLog refusals{alerts, log, roster, clock};
};

TEST_F(DhcpWatchTest, NoLogYetIsNoError) {
    auto watch = open();
    EXPECT_TRUE(watch.read());
    append("DHCPDISCOVER from 52:54:00:01:01:01 via boot0");
    EXPECT_TRUE(watch.read());
    EXPECT_EQ(story_size(), 1u);
}

TEST_F(DhcpWatchTest, NothingIsToldTwiceAndNothingLeftOutAfterARestart) {
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

TEST_F(DhcpWatchTest, AnUnknownMacIsAnAlert) {
    append("DHCPDISCOVER from 52:54:00:ff:ff:ff via boot0: network 127.0.0.0/24: no free leases");
    auto watch = open();
    ASSERT_TRUE(watch.read());
    ASSERT_EQ(alerts.alerts().size(), 1u);
    EXPECT_EQ(alerts.alerts().front().kind, "unknown-mac");
    EXPECT_EQ(alerts.alerts().front().origin, "52:54:00:ff:ff:ff");
}

TEST_F(DhcpWatchTest, OtherLinesAreNothing) {
    append("Internet Systems Consortium DHCP Server 4.4.3-P1");
    append(std::string(100'000, '\xff'));
    auto watch = open();
    ASSERT_TRUE(watch.read());
    EXPECT_EQ(story_size(), 0u);
    EXPECT_TRUE(alerts.alerts().empty());
}

}  // namespace
}  // namespace dim::server
