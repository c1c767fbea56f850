#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/daemon/insist.hpp"
#include "imageserver/state/fake_wall_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class InsistTest : public ::testing::Test {
protected:
    /// Until RUN succeeds.
    void insist_on(std::function<Result<void>()> run) {
        boost::asio::co_spawn(loop,
                              insist({.kind = "agent-port",
                                      .origin = "10.1.0.1",
                                      .where = loop.get_executor(),
                                      .run = std::move(run),
                                      .pause = std::chrono::milliseconds(1)},
                                     alerts, clock, loop.get_executor()),
                              boost::asio::detached);
        loop.run();
    }

    TestDatabase database;
    Alerts alerts = Alerts::open(database.get()).value();
    FakeWallClock clock{samples::at(1)};
    boost::asio::io_context loop{1};
};

TEST_F(InsistTest, AFailureIsAnAlertWithItsCureUntilItSucceeds) {
    int attempts = 0;
    insist_on([&]() -> Result<void> {
        if (++attempts == 3) {
            EXPECT_EQ(alerts.alerts().size(), 1u);
            EXPECT_EQ(alerts.alerts().front().text, "no such address");
            EXPECT_EQ(alerts.alerts().front().cure, "give it");
            EXPECT_EQ(alerts.alerts().front().count, 2u);
            return {};
        }
        return fail(Error(ErrorCode::unavailable, "no such address").with_cure("give it"));
    });
    EXPECT_EQ(attempts, 3);
    EXPECT_TRUE(alerts.alerts().empty());
}

TEST_F(InsistTest, APredecessorsAlertIsForgotten) {
    alerts.note({"agent-port", "10.1.0.1", "no such address", ""}, samples::at(0));
    insist_on([]() -> Result<void> { return {}; });
    EXPECT_TRUE(alerts.alerts().empty());
}

}  // namespace
}  // namespace dim::server
