#include "imageserver/daemon/server_channel.hpp"
#include "imageserver/peer/peer_fixture.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/unix_socket.hpp"

#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <chrono>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using samples::server_name;

/// The channel of is01 on a port that somebody else has, until TAKEN is reset.
class ServerChannelTest : public ::testing::Test {
protected:
    ServerChannelTest() { EXPECT_TRUE(membership.load()); }
    ~ServerChannelTest() override {
        channel.stop();
        lanes.finish();
        loop.poll();
    }
    /// From here on there is something to show.
    void invite() { EXPECT_TRUE(membership.invite(server_name("is02"))); }
    void listen(std::function<void()> on_shown) {
        boost::asio::co_spawn(loop, channel.listen_for_servers(alerts, clock, std::move(on_shown)),
                              [this](const std::exception_ptr&) { ++ended; });
    }
    template <class Predicate>
    bool run_until(Predicate is_so) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!is_so()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            loop.run_one_for(10ms);
        }
        return true;
    }
    /// Whether somebody listens.
    bool is_reached() const {
        return sys::connect_tcp(kChannelAddress, port, sys::Deadline::in(5s)).has_value();
    }

    int ended = 0;  ///< calls of listen()
    static constexpr std::uint32_t kChannelAddress = 0x7f000001;
    sys::Fd taken = sys::listen_tcp(kChannelAddress, 0).value();
    std::uint16_t port = sys::local_endpoint(taken).value().port;
    TestDatabase database{{kPeerMigration}};
    FakeWallClock clock{
        {.time = *model::Timestamp::from_microseconds(sys::realtime_us()), .uptime_us = 1}};
    Alerts alerts = Alerts::open(database.get()).value();
    tls::Random random = tls::Random::create().value();
    Roster roster =
        Roster::create(server_name("is01"),
                       cluster::parse_cluster(samples::kThreeServers, "three.xml").value())
            .value();
    Membership membership{
        {.cluster = "demo",
         .listening = model::Ipv4Endpoint{model::Ipv4Address(kChannelAddress), port},
         .show = [] { return Result<void>(); }},
        database.get(),
        random,
        roster,
        clock};
    boost::asio::io_context loop{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> loop_stays{
        loop.get_executor()};
    Lanes lanes;
    ServerChannel channel{
        {.listening = model::Ipv4Endpoint{model::Ipv4Address(kChannelAddress), port},
         .member_socket = database.directory() + "/members.sock",
         .is_blade = [](std::uint32_t) { return false; }},
        loop,
        lanes,
        membership,
        sys::pipe().value(),
        [](const http::Request&, const http::Peer&) -> boost::asio::awaitable<http::Reply> {
            co_return http::Response{};
        },
        [](const http::Peer&, http::Refusal, std::string_view) {}};
};

TEST_F(ServerChannelTest, OnlyTheNewestCallGoesOn) {
    invite();
    int older = 0;
    int newest = 0;
    listen([&] { ++older; });
    ASSERT_TRUE(run_until([&] { return !alerts.alerts().empty(); }));
    EXPECT_EQ(alerts.alerts().front().kind, "server-port");
    EXPECT_TRUE(alerts.alerts().front().cure.value_or("").contains("127.0.0.1"));
    listen([&] { ++older; });
    listen([&] { ++newest; });
    taken.reset();
    ASSERT_TRUE(run_until([&] { return ended == 3; }));
    EXPECT_TRUE(is_reached());
    EXPECT_TRUE(alerts.alerts().empty());
    EXPECT_EQ(newest, 1);
    EXPECT_EQ(older, 0) << "what it read is older than what is shown";
}

TEST_F(ServerChannelTest, WithNothingToShowNobodyIsListenedTo) {
    taken.reset();
    bool is_shown = false;
    listen([&] { is_shown = true; });
    ASSERT_TRUE(run_until([&] { return ended == 1; }));
    EXPECT_FALSE(is_shown);
    EXPECT_FALSE(is_reached());
    EXPECT_TRUE(alerts.alerts().empty());
}

TEST_F(ServerChannelTest, NewsAreShownBeforeWhoBroughtThemGoesOn) {
    taken.reset();
    invite();
    std::promise<Result<void>> told;
    auto shown = told.get_future();
    std::thread brings([&] { told.set_value(channel.show_news(alerts, clock)); });
    EXPECT_TRUE(run_until([&] { return shown.wait_for(0s) == std::future_status::ready; }));
    brings.join();
    EXPECT_TRUE(shown.get());
    EXPECT_TRUE(is_reached());
}

TEST_F(ServerChannelTest, AdministratorsAreServedUntilItDrains) {
    const std::string socket = database.directory() + "/members.sock";
    ASSERT_TRUE(channel.listen_for_administrators());
    const auto soon = [] { return sys::Deadline::in(20s); };
    const sys::Fd served = sys::connect_unix(socket, soon()).value();
    ASSERT_TRUE(sys::send_all(served, "is03\n", soon()));
    std::array<char, 4096> buffer;
    std::atomic<std::size_t> count = 0;
    std::thread asks([&] { count = sys::receive(served, buffer, soon()).value_or(0); });
    ASSERT_TRUE(run_until([&] { return count != 0; }));
    asks.join();
    EXPECT_TRUE(std::string_view(buffer.data(), count).contains("is03 has not joined"));
    bool is_empty = false;
    channel.drain([&] { is_empty = true; });
    ASSERT_TRUE(run_until([&] { return is_empty; }));
    const sys::Fd late = sys::connect_unix(socket, soon()).value();
    std::atomic<int> end = -1;
    std::thread waits(
        [&] { end = static_cast<int>(sys::receive(late, buffer, soon()).value_or(1)); });
    ASSERT_TRUE(run_until([&] { return end != -1; }));
    waits.join();
    EXPECT_EQ(end, 0) << "it is closed without a word";
}

}  // namespace
}  // namespace dim::server
