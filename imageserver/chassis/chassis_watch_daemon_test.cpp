#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/chassis/ask_chassis.hpp"
#include "imageserver/chassis/chassis_watch.hpp"
#include "imageserver/chassis/sample_chassis.hpp"
#include "libdim/bladecenter/management_module.hpp"
#include "libdim/snmp/running_chassis.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/udp_socket.hpp"

#include <algorithm>
#include <functional>
#include <sys/stat.h>

#include <gtest/gtest.h>

/// Against the emulated chassis of qemu-tests/chassis.
namespace dim::server {
namespace {

using namespace std::chrono_literals;

class ChassisWatchTest : public ::testing::Test {
protected:
    ChassisWatchTest() {
        EXPECT_TRUE(sys::write_file_atomically(file(), "community private\n"));
        EXPECT_EQ(::chmod(file().c_str(), 0600), 0);
        watch.start();
    }
    std::string file() const { return directory / "mm.key"; }
    std::string trap_port() const {
        return "127.0.0.1:" + std::to_string(sys::local_endpoint(traps).value().port);
    }
    /// Until IS_TRUE, looked at after each change.
    bool wait_until(const std::function<bool()>& is_true) {
        const auto deadline = sys::Deadline::in(20s);
        for (;;) {
            const std::uint64_t known = journal.change_count();
            if (is_true()) return true;
            if (deadline.has_passed()) return false;
            journal.wait_for_change(known, deadline);
        }
    }
    std::optional<std::string> power_of_first() const {
        const auto statuses = knowledge.statuses(clock.now());
        if (statuses.empty() || statuses.front().bays.empty()) return std::nullopt;
        return statuses.front().bays.front().power;
    }
    /// True when one about the first blade began with WORDS.
    bool take_traps_until(const std::string& words) {
        for (;;) {
            char buffer[snmp::kTrapBytes];
            const auto received = sys::receive_datagram(traps, buffer, sys::Deadline::in(20s));
            if (!received) return false;
            watch.take_datagram(model::Ipv4Address(received->from.address),
                                {buffer, received->size});
            const auto story = journal.story(samples::name("s01c1b01")).value();
            if (!story.empty() && story.back().text.starts_with(words)) return true;
        }
    }
    void switch_off() {
        bladecenter::ManagementModule module(chassis.open().value());
        ASSERT_TRUE(
            module.send_power(bladecenter::Bay::parse("1").value(), power::PowerCommand::off));
    }

    dim::testing::TemporaryDirectory directory;
    sys::Fd traps = sys::listen_udp({0x7f000001, 0}).value();
    snmp::RunningChassis chassis{
        {"--listen", "127.0.0.2:0", "--bay", "1=js20,on", "--trap", trap_port()}};
    SystemClock clock;
    TestDatabase database{{kChassisMigration}};
    BootJournal journal{database.get(), clock.now()};
    Alerts alerts = Alerts::open(database.get()).value();
    ChassisKnowledge knowledge{database.get()};
    Roster roster = samples::chassis_roster(file(), chassis.agent().port);
    ChassisWatch watch{{.roster = roster,
                        .knowledge = knowledge,
                        .journal = journal,
                        .alerts = alerts,
                        .clock = clock,
                        .ask = ask_chassis,
                        .read_credentials = read_credentials}};
};

TEST_F(ChassisWatchTest, ATrapTellsThatABladeIsOff) {
    ASSERT_TRUE(wait_until([&] { return power_of_first() == "on"; }));
    EXPECT_TRUE(knowledge.seen_off().empty());
    switch_off();
    ASSERT_TRUE(take_traps_until("power off"));
    EXPECT_TRUE(wait_until([&] { return power_of_first() == "off"; }))
        << "long before it would be asked again";
    const auto blade = samples::name("s01c1b01");
    const auto off = knowledge.seen_off();
    ASSERT_TRUE(off.contains(blade));
    const auto entry = roster.find(blade).value();
    EXPECT_EQ(blade_status({entry.blade, entry.address, {}, {}, {}, off.at(blade)}, clock.now(),
                           clock.now())
                  .state,
              model::BladeState::off);
    const auto story = journal.story(blade).value();
    ASSERT_FALSE(story.empty());
    EXPECT_EQ(story.back().source, "s01c1mm");
}

TEST_F(ChassisWatchTest, CredentialsThatOthersMayReadAreNotUsed) {
    ASSERT_TRUE(wait_until([&] { return power_of_first() == "on"; }));
    EXPECT_EQ(::chmod(file().c_str(), 0644), 0);
    const auto said = ask_chassis(chassis_targets(*roster.definition(), roster.server()).front());
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().code(), ErrorCode::permission_denied);
}

TEST_F(ChassisWatchTest, AllThatIsNotBelievedIsOneAlert) {
    for (int i = 0; i < 100; ++i)
        watch.take_datagram(model::Ipv4Address(0x7f000064u + static_cast<std::uint32_t>(i)), "x");
    watch.take_datagram(model::Ipv4Address::parse("127.0.0.2").value(), "x");
    ASSERT_EQ(alerts.alerts().size(), 1u);
    EXPECT_EQ(alerts.alerts().front().count, 101u);
    EXPECT_EQ(journal.story(samples::name("s01c1b01")).value().size(), 0u);
}

}  // namespace
}  // namespace dim::server
