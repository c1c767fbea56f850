#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/daemon/dhcp_log_follower.hpp"
#include "imageserver/state/fake_wall_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <chrono>
#include <fstream>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

/// One thread plays the loop and the lane, so that what runs on the lane can be counted.
class DhcpLogFollowerTest : public ::testing::Test {
protected:
    /// What waits on one of them knows the other: nothing does when they go.
    ~DhcpLogFollowerTest() override {
        while (lane.poll() + loop.poll() != 0) {
        }
    }
    void start() {
        boost::asio::co_spawn(loop, follower.follow(alerts, clock), boost::asio::detached);
    }
    template <class Predicate>
    bool run_until(Predicate is_so) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!is_so()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            lane_runs += static_cast<int>(lane.poll());
            loop.run_one_for(10ms);
        }
        return true;
    }
    void append(const std::string& line, int times = 1) const {
        std::ofstream file(path, std::ios::app);
        for (int count = 0; count < times; ++count)
            file << line << '\n';
    }
    void execute(std::string_view sql) {
        ASSERT_TRUE(database.get().transaction(
            [&](Transaction& transaction) { return transaction.execute(sql); }));
    }
    std::size_t story_size() { return journal.story(samples::blade()).value().size(); }

    static constexpr const char* kDiscover = "DHCPDISCOVER from 52:54:00:01:01:01 via boot0";
    static constexpr const char* kAcknowledge =
        "DHCPACK on 127.0.0.1 to 52:54:00:01:01:01 via boot0";
    TestDatabase database;
    /// Of its own: what the database writes tells nothing of the log.
    dim::testing::TemporaryDirectory log_directory;
    const std::string path = log_directory / "dhcpd.log";
    Roster roster = samples::roster();
    BootJournal journal{database.get(), samples::at(0)};
    Alerts alerts = Alerts::open(database.get()).value();
    FakeWallClock clock{samples::at(1)};
    Refusals refusals{alerts, journal, roster, clock};
    int openings = 0;
    int failing_openings = 0;
    int lane_runs = 0;
    boost::asio::io_context loop{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> loop_stays{
        loop.get_executor()};
    boost::asio::io_context lane;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> lane_stays{
        lane.get_executor()};
    DhcpLogFollower follower{{.file = path,
                              .open = [this]() -> Result<DhcpLogWatch> {
                                  if (++openings <= failing_openings)
                                      return fail(ErrorCode::io, "no inotify instance");
                                  return DhcpLogWatch::open(path, journal, roster, refusals, clock);
                              },
                              .lane = lane.get_executor()},
                             loop};
};

TEST_F(DhcpLogFollowerTest, ALogThatCannotBeOpenedIsAnAlertUntilItCan) {
    failing_openings = 1;
    start();
    ASSERT_TRUE(run_until([&] { return !alerts.alerts().empty(); }));
    EXPECT_EQ(alerts.alerts().front().kind, "dhcp-log-watch");
    EXPECT_EQ(alerts.alerts().front().origin, path);
    EXPECT_TRUE(alerts.alerts().front().text.contains("no inotify instance"));
    append(kDiscover);
    ASSERT_TRUE(run_until([&] { return story_size() == 1; }));
    EXPECT_EQ(openings, 2);
    EXPECT_TRUE(alerts.alerts().empty());
}

TEST_F(DhcpLogFollowerTest, AProblemIsReportedOnceAndTheSameLinesComeAgain) {
    start();
    append(kDiscover);
    ASSERT_TRUE(run_until([&] { return story_size() == 1; }));
    execute("ALTER TABLE log_position RENAME TO kept");
    ::testing::internal::CaptureStderr();
    append(kAcknowledge);
    lane_runs = 0;
    EXPECT_TRUE(run_until([&] { return lane_runs >= 3; })) << "it is tried again";
    const std::string reported = ::testing::internal::GetCapturedStderr();
    execute("ALTER TABLE kept RENAME TO log_position");
    EXPECT_EQ(reported.find("the DHCP server's log"), reported.rfind("the DHCP server's log"))
        << reported;
    EXPECT_TRUE(reported.contains("the DHCP server's log"));
    EXPECT_TRUE(run_until([&] { return story_size() == 2; }));
}

TEST_F(DhcpLogFollowerTest, AFloodIsReadInStepsWithoutWaitingForMore) {
    append(kDiscover, 2500);
    append(kAcknowledge);
    start();
    ASSERT_TRUE(run_until([&] { return openings == 1; }));
    lane_runs = 0;
    ASSERT_TRUE(run_until([&] { return story_size() == 2; }));
    EXPECT_GE(lane_runs, 3) << "others on the lane had their turn";
}

}  // namespace
}  // namespace dim::server
