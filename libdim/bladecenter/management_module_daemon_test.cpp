#include "libdim/bladecenter/module_power.hpp"
#include "libdim/bladecenter/objects.hpp"
#include "libdim/snmp/running_chassis.hpp"

#include <gtest/gtest.h>

/// Against the emulated chassis, a process of its own.
namespace dim::bladecenter {
namespace {

using namespace std::chrono_literals;
using power::PowerAction;
using power::PowerChange;

constexpr const char* kUser = "user dim\nauth sha passphrase1\nprivacy des passphrase2";

Bay bay(const char* text) { return Bay::parse(text).value(); }
sys::Deadline soon() { return sys::Deadline::in(10s); }

/// Bays: 1 a JS20 that is on, 3 a JS21 of double width (and bay 4), 5 a JS20 of later firmware.
class ManagementModuleDaemonTest : public ::testing::Test {
protected:
    ManagementModule module() const { return ManagementModule(chassis.open().value()); }
    Result<PowerChange> change(const char* text, PowerAction action,
                               const sys::Deadline& deadline = soon()) const {
        ModulePower power(module(), {bay(text)});
        return power::change_power(power.blade(0), action, deadline);
    }

    snmp::RunningChassis chassis{{"--user", "dim SHA passphrase1 DES passphrase2", "--bay",
                                  "1=js20,on,mac=00:0d:60:1e:81:1a,name=first", "--bay",
                                  "3=js21,wide", "--bay", "5=js20,range,mac=00:0d:60:1e:81:fe"}};
};

TEST_F(ManagementModuleDaemonTest, AnEmptyOrCoveredBayIsSentNoCommand) {
    for (const char* empty : {"2", "4", "14"}) {
        const auto done = change(empty, PowerAction::on);
        ASSERT_FALSE(done) << empty;
        EXPECT_EQ(done.error().code(), ErrorCode::not_found);
        EXPECT_EQ(done.error().message(), std::string("bay ") + empty + " is empty");
    }
    EXPECT_FALSE(change("2", PowerAction::reset));
    EXPECT_FALSE(module().send_power(bay("2"), power::PowerCommand::on));
    EXPECT_FALSE(module().set_name(bay("2"), "x"));
    chassis.tell("stuck off");  // whose "ok" would come behind an event
}

TEST_F(ManagementModuleDaemonTest, PowerIsSwitchedAndSeen) {
    const auto on = change("3", PowerAction::on).value();
    EXPECT_EQ(on.before, PowerState::off);
    EXPECT_EQ(on.after, PowerState::on);
    EXPECT_EQ(chassis.line(), "power bay=3 on");
    const auto cycled = change("3", PowerAction::cycle).value();
    EXPECT_EQ(cycled.before, PowerState::on);
    EXPECT_EQ(cycled.after, PowerState::on);
    EXPECT_EQ(chassis.line(), "power bay=3 off");
    EXPECT_EQ(chassis.line(), "power bay=3 on");
    EXPECT_TRUE(change("3", PowerAction::reset));
    EXPECT_EQ(chassis.line(), "restart bay=3");
    EXPECT_EQ(chassis.line(), "power bay=3 on");
    EXPECT_TRUE(change("3", PowerAction::soft_off));
    EXPECT_EQ(chassis.line(), "power bay=3 off");
    EXPECT_EQ(module().power_state(bay("3")), PowerState::off);
    EXPECT_EQ(change("3", PowerAction::reset).error().code(), ErrorCode::conflict);
}

TEST_F(ManagementModuleDaemonTest, AStandbyIsSentNothingWhenItsPartnerCannotBeAsked) {
    ManagementModule standby(chassis.open().value(),
                             ManagementModule::Partner{.name = "mm2",
                                                       .open = []() -> Result<snmp::Session> {
                                                           return fail(ErrorCode::unavailable,
                                                                       "no route");
                                                       },
                                                       .our_bay = 2});
    EXPECT_EQ(standby.power_state(bay("1")), PowerState::on) << "a question changes nothing";
    const auto refused = standby.send_power(bay("1"), power::PowerCommand::off);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(),
              "the module is the standby, and its partner mm2 cannot be asked: no route");
    EXPECT_FALSE(standby.send_power(bay("1"), power::PowerCommand::reset));
    EXPECT_FALSE(standby.send_nmi(bay("1")));
    EXPECT_FALSE(standby.set_led(bay("1"), Led::on));
    EXPECT_FALSE(standby.reset_module());
    chassis.tell("stuck off");  // whose "ok" would come behind an event
    EXPECT_EQ(module().power_state(bay("1")), PowerState::on);
}

/// Of version 1, which sends nothing before the first question.
Result<snmp::Session> nobody() {
    return snmp::Session::open(
        {.agent = snmp::AgentAddress::parse("127.0.0.1:1").value(), .timeout = 50ms, .retries = 0},
        snmp::parse_credentials("community private\n").value());
}

TEST_F(ManagementModuleDaemonTest, APartnerThatIsSilentToQuestionsIsNoneToo) {
    const ManagementModule::Partner partner{.name = "mm2", .open = nobody, .our_bay = 2};
    ManagementModule standby(chassis.open().value(), partner);
    EXPECT_EQ(standby.power_state(bay("1")), PowerState::on) << "the standby's own answer";
    const auto refused = standby.send_power(bay("1"), power::PowerCommand::off);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message().starts_with(
        "the module is the standby, and its partner mm2 cannot be asked: 127.0.0.1:1: "))
        << refused.error().message();
    ManagementModule alone(nobody().value(), partner);
    const auto asked = alone.power_state(bay("1"));
    ASSERT_FALSE(asked);
    EXPECT_TRUE(asked.error().message().starts_with(
        "neither it nor its partner mm2 answers: 127.0.0.1:1: "))
        << asked.error().message();
    EXPECT_EQ(neither_answers(Error(ErrorCode::timed_out, "silence"), "mm2",
                              Error(ErrorCode::not_found, "no credentials"))
                  .message(),
              "it does not answer, and its partner mm2 cannot be asked (no credentials): silence");
}

TEST_F(ManagementModuleDaemonTest, ACommandWithoutEffectIsToldAsSuch) {
    chassis.tell("stuck on");
    const auto done = change("1", PowerAction::off, sys::Deadline::in(0ms));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::timed_out);
    EXPECT_EQ(done.error().message(), "bay 1 took the command and is still on");
}

TEST_F(ManagementModuleDaemonTest, TheInventoryHasEveryBay) {
    const auto bays = module().bays(Bay::all()).value();
    ASSERT_EQ(bays.size(), 14U);
    const Blade first = bays[0].blade.value().value();
    EXPECT_EQ(first.power, PowerState::on);
    EXPECT_EQ(first.health, Health::good);
    EXPECT_EQ(first.name, "first");
    EXPECT_EQ(first.type, model::BladeType::js20);
    EXPECT_EQ(first.machine_type, "8842");
    EXPECT_EQ(first.serial, "ZJ1R101");
    EXPECT_EQ(first.uuid, "00010203-0405-0607-0809-0a0b0c0d0101");
    ASSERT_EQ(first.macs.size(), 2U);
    EXPECT_EQ(to_string(first.macs[1]), "00:0d:60:1e:81:1b");
    EXPECT_EQ(bays[2].blade.value().value().type, model::BladeType::js21);
    EXPECT_FALSE(bays[1].blade.value());
    EXPECT_FALSE(bays[3].blade.value());  // covered
    const Blade later = bays[4].blade.value().value();
    ASSERT_EQ(later.macs.size(), 2U);
    EXPECT_EQ(to_string(later.macs[0]), "00:0d:60:1e:81:fe");
    EXPECT_EQ(to_string(later.macs[1]), "00:0d:60:1e:81:ff");
}

TEST_F(ManagementModuleDaemonTest, WhatIsTooBigIsAskedInPieces) {
    for (const char* limit : {"too-big 5", "too-big 1"}) {
        chassis.tell(limit);
        EXPECT_EQ(module().bays(Bay::all()).value()[0].blade.value()->name, "first") << limit;
        EXPECT_EQ(module().power_state(bay("1")), PowerState::on);
    }
}

TEST_F(ManagementModuleDaemonTest, TheChassisItsVitalsAndItsLog) {
    const auto report = module().chassis().value();
    EXPECT_EQ(report.name, "emulated-chassis");
    EXPECT_EQ(report.bays, 14);
    EXPECT_EQ(report.health, ChassisHealth::normal);
    EXPECT_TRUE(report.installed[0]);
    EXPECT_FALSE(report.installed[1]);
    const auto vitals = module().vitals().value();
    EXPECT_EQ(vitals.module, 31.0);
    EXPECT_EQ(vitals.ambient, 26.0);
    ASSERT_EQ(vitals.blowers.size(), 2U);
    EXPECT_EQ(vitals.blowers[1].percent, 46);
    EXPECT_EQ(vitals.blowers[1].state, PartState::good);
    ASSERT_EQ(vitals.power_modules.size(), 4U);
    EXPECT_TRUE(vitals.power_modules[1].is_there);
    EXPECT_EQ(vitals.power_modules[1].state, PartState::good);
    EXPECT_EQ(vitals.power_modules[1].details, "Power module state okay.");
    EXPECT_FALSE(vitals.power_modules[2].is_there);
    EXPECT_TRUE(change("1", PowerAction::off));
    const auto log = module().event_log().value();
    ASSERT_GT(log.size(), 3U);
    EXPECT_EQ(log.front().source, "BLADE_01");
    EXPECT_EQ(log.front().text, "Blade powered off.");
}

TEST_F(ManagementModuleDaemonTest, NamesAndLedsAreWritten) {
    EXPECT_TRUE(module().set_name(bay("1"), "renamed"));
    EXPECT_TRUE(module().set_led(bay("1"), Led::blinking));
    const Blade blade = module().bays_with_leds({bay("1")}).value()[0].blade.value().value();
    EXPECT_EQ(blade.name, "renamed");
    EXPECT_EQ(blade.led, Led::blinking);
    for (const char* wrong : {"", "a name that is too long", "a\nb"})
        EXPECT_EQ(module().set_name(bay("1"), wrong).error().code(), ErrorCode::invalid_input);
}

TEST_F(ManagementModuleDaemonTest, TheTableOfLedsIsReadForLedsOnly) {
    auto asked = module();
    chassis.requests();
    EXPECT_EQ(asked.bays({bay("1")}).value()[0].blade.value()->led, std::nullopt);
    EXPECT_EQ(chassis.requests(), 1);
    EXPECT_EQ(asked.bays_with_leds({bay("1")}).value()[0].blade.value()->led, Led::off);
    EXPECT_EQ(chassis.requests(), 2);
}

TEST_F(ManagementModuleDaemonTest, BootSequencesAreWrittenFromAnyToAny) {
    EXPECT_EQ(to_string(module().boot_sequence(bay("1")).value()), "network,hd0");
    for (const char* wanted :
         {"hd0", "cdrom,network,hd0,hd1", "network", "floppy,iscsi,network", "network,hd0"}) {
        const auto sequence = parse_boot_sequence(wanted).value();
        EXPECT_TRUE(module().set_boot_sequence(bay("1"), sequence)) << wanted;
        EXPECT_EQ(module().boot_sequence(bay("1")), sequence) << wanted;
    }
    EXPECT_EQ(module().boot_sequence(bay("2")).error().code(), ErrorCode::not_found);
    EXPECT_FALSE(module().set_boot_sequence(bay("2"), BootSequence{BootDevice::network}));
}

TEST_F(ManagementModuleDaemonTest, AnInterruptReachesABladeThatIsOn) {
    EXPECT_TRUE(module().send_nmi(bay("1")));
    EXPECT_EQ(chassis.line(), "nmi bay=1");
    EXPECT_EQ(module().send_nmi(bay("3")).error().code(), ErrorCode::conflict);
    EXPECT_EQ(module().send_nmi(bay("2")).error().code(), ErrorCode::not_found);
}

TEST_F(ManagementModuleDaemonTest, WhatMustNotBeDoneTwiceIsSentOnce) {
    auto session = snmp::Session::open({.agent = chassis.agent(), .timeout = 200ms, .retries = 2},
                                       snmp::parse_credentials("community private").value());
    chassis.tell("slow 900");
    const auto done = session.value().set_once(objects::kNmi.below({1}), std::int32_t{1});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::timed_out);
    EXPECT_TRUE(done.error().message().ends_with("no answer to 1 request in 200 ms"))
        << done.error().message();
    EXPECT_EQ(chassis.line(), "nmi bay=1");
    chassis.tell("slow 0");  // whose "ok" would come behind another one
}

TEST_F(ManagementModuleDaemonTest, SerialOverLanIsAllowedAndForbidden) {
    EXPECT_EQ(module().serial_over_lan(bay("1")).value(), Sol::ready);
    EXPECT_EQ(module().serial_over_lan(bay("3")).value(), Sol::not_ready) << "it is off";
    EXPECT_TRUE(module().allow_serial_over_lan(bay("1"), false));
    EXPECT_EQ(module().serial_over_lan(bay("1")).value(), std::nullopt);
    EXPECT_TRUE(module().allow_serial_over_lan(bay("1"), true));
    EXPECT_EQ(module().serial_over_lan(bay("1")).value(), Sol::ready);
    EXPECT_FALSE(module().allow_serial_over_lan(bay("2"), true));
}

TEST_F(ManagementModuleDaemonTest, TheLogIsEmptiedAndTheModuleRestarted) {
    EXPECT_TRUE(module().clear_event_log());
    EXPECT_EQ(module().event_log().value().size(), 0U);
    EXPECT_TRUE(module().reset_module());
    EXPECT_EQ(chassis.line(), "reset module");
}

TEST_F(ManagementModuleDaemonTest, AUserOfVersion3DoesTheSame) {
    ManagementModule module(chassis.open(kUser).value());
    EXPECT_TRUE(module.send_power(bay("1"), power::PowerCommand::off));
    EXPECT_EQ(module.power_state(bay("1")), PowerState::off);
    EXPECT_EQ(module.bays(Bay::all()).value()[0].blade.value()->name, "first");
    EXPECT_GT(module.event_log().value().size(), 3U);
}

}  // namespace
}  // namespace dim::bladecenter
