#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/chassis/sample_chassis.hpp"
#include "imageserver/daemon/trap_listener.hpp"
#include "imageserver/state/fake_wall_clock.hpp"
#include "libdim/snmp/sample_trap.hpp"
#include "libdim/snmp/trap.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/udp_socket.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

/// A listener whose lane is its loop, and which nobody asks for chassis.
class TrapListenerTest : public ::testing::Test {
protected:
    void start() {
        boost::asio::co_spawn(loop, listener.listen(alerts, clock), boost::asio::detached);
    }
    /// Nobody has the port; starts, and returns once it listens.
    void start_listening() {
        taken.reset();
        start();
        ASSERT_TRUE(run_until([&] { return !sys::listen_udp({kTrapAddress, port}); }));
    }
    template <class Predicate>
    bool run_until(Predicate is_so) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!is_so())
            if (loop.run_one_until(deadline) == 0) return false;
        return true;
    }
    void send(const std::string& datagram) {
        ASSERT_TRUE(sys::send_datagram(sender, datagram, {kTrapAddress, port}));
    }
    const api::Alert* alert(std::string_view kind) {
        known = alerts.alerts();
        const auto found = std::ranges::find(known, kind, &api::Alert::kind);
        return found == known.end() ? nullptr : &*found;
    }
    std::uint64_t refused() {
        const api::Alert* found = alert("trap");
        return found == nullptr ? 0 : found->count;
    }

    static constexpr std::uint32_t kTrapAddress = 0x7f000001;
    /// Keeps the port until it is reset.
    sys::Fd taken = sys::listen_udp({kTrapAddress, 0}).value();
    std::uint16_t port = sys::local_endpoint(taken).value().port;
    sys::Fd sender = sys::listen_udp({0x7f000002, 0}).value();  ///< s01c1mm
    FakeWallClock clock{samples::at(1)};
    TestDatabase database{{kChassisMigration}};
    Roster roster = samples::chassis_roster("/nonexistent/mm.key", 161);
    BootJournal journal{database.get(), samples::at(0)};
    Alerts alerts = Alerts::open(database.get()).value();
    std::vector<api::Alert> known;
    ChassisKnowledge knowledge{database.get()};
    ChassisWatch watch{
        {.roster = roster,
         .knowledge = knowledge,
         .journal = journal,
         .alerts = alerts,
         .clock = clock,
         .ask = [](const ChassisTarget&) -> Result<api::ChassisStatus> {
             return fail(ErrorCode::timed_out, "nobody is asked");
         },
         .read_credentials =
             [](const ModulePoint&) { return snmp::parse_credentials("community private\n"); }}};
    boost::asio::io_context loop{1};
    TrapListener listener{model::Ipv4Endpoint{model::Ipv4Address(kTrapAddress), port}, watch, loop,
                          loop.get_executor()};
};

TEST_F(TrapListenerTest, APortThatIsTakenIsAnAlertUntilItIsFree) {
    start();
    ASSERT_TRUE(run_until([&] { return alert("trap-port") != nullptr; }));
    EXPECT_EQ(alert("trap-port")->origin, "127.0.0.1:" + std::to_string(port));
    EXPECT_TRUE(
        alert("trap-port")->cure.value_or("").contains("give this machine the address 127.0.0.1"));
    taken.reset();
    ASSERT_TRUE(run_until([&] { return alert("trap-port") == nullptr; }));
    send("x");
    EXPECT_TRUE(run_until([&] { return refused() == 1; }));
}

TEST_F(TrapListenerTest, EachOfAFloodIsTakenAndOtherWorkHasItsTurn) {
    start_listening();
    send("x");
    ASSERT_TRUE(run_until([&] { return refused() == 1; }));
    for (int i = 0; i < 100; ++i)
        send("x");
    std::uint64_t most_at_once = 0;
    for (std::uint64_t before = refused(); before < 101; before = refused()) {
        ASSERT_EQ(loop.run_one_for(20s), 1u);
        most_at_once = std::max(most_at_once, refused() - before);
    }
    EXPECT_EQ(most_at_once, 32u);
}

TEST_F(TrapListenerTest, WhatIsTooLongIsNotCutToATrap) {
    start_listening();
    const auto trap_of = [](std::size_t words) {
        return snmp::samples::module_trap("private", 27, "power off" + std::string(words, ' '),
                                          "Blade_1");
    };
    std::size_t words = 200;
    while (trap_of(words).size() < snmp::kTrapBytes)
        ++words;
    ASSERT_EQ(trap_of(words).size(), snmp::kTrapBytes);
    send(trap_of(words) + "x");
    ASSERT_TRUE(run_until([&] { return refused() == 1; }));
    EXPECT_TRUE(alert("trap")->text.contains("its length")) << alert("trap")->text;
    send(trap_of(words));
    EXPECT_TRUE(run_until([&] { return !journal.story(samples::blade()).value().empty(); }));
}

TEST(TrapListener, ListensNowhereWhenItIsNotToldWhere) {
    TestDatabase database{{kChassisMigration}};
    Alerts alerts = Alerts::open(database.get()).value();
    const FakeWallClock clock{samples::at(1)};
    Roster roster = samples::chassis_roster("/nonexistent/mm.key", 161);
    BootJournal journal{database.get(), samples::at(0)};
    ChassisKnowledge knowledge{database.get()};
    ChassisWatch watch{{.roster = roster,
                        .knowledge = knowledge,
                        .journal = journal,
                        .alerts = alerts,
                        .clock = clock,
                        .ask = {},
                        .read_credentials = {}}};
    boost::asio::io_context loop{1};
    TrapListener listener{{}, watch, loop, loop.get_executor()};
    boost::asio::co_spawn(loop, listener.listen(alerts, clock), boost::asio::detached);
    loop.run();  // ends: nothing is waited for
    EXPECT_TRUE(alerts.alerts().empty());
}

}  // namespace
}  // namespace dim::server
