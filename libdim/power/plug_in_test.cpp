#include "libdim/power/plug_in.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::power {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

const PlugInBlade kBlade{.name = "n1",
                         .address = model::Ipv4Address::parse("10.3.1.3").value(),
                         .properties = {{"outlet", "7"}, {"pdu-model", "A \"B\""}}};

class PlugInTest : public ::testing::Test {
protected:
    /// A blade whose program is this script.
    PlugInPower power(const std::string& script, mode_t mode = 0755,
                      std::chrono::seconds limit = 20s) const {
        const std::string program = directory_ / "power";
        EXPECT_TRUE(sys::write_file_atomically(program, "#!/bin/sh\n" + script));
        EXPECT_EQ(::chmod(program.c_str(), mode), 0);
        return PlugInPower({.program = program, .time_limit = limit, .blade = kBlade});
    }
    std::string file(const std::string& name) const { return directory_ / name; }
    std::string content(const std::string& name) const {
        return sys::read_file(file(name)).value_or("none");
    }

    dim::testing::TemporaryDirectory directory_;
};

TEST_F(PlugInTest, AProgramThatOthersMayChangeIsNotRun) {
    const auto refused = power("touch " + file("ran") + "; echo on", 0775).state();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::permission_denied);
    EXPECT_EQ(content("ran"), "none");
    EXPECT_EQ(PlugInPower({.program = file("nothing"), .blade = kBlade}).state().error().code(),
              ErrorCode::not_found);
}

TEST_F(PlugInTest, AFailureSaysWhatTheProgramSaid) {
    const auto failed = power("echo 'the PDU is away' >&2; exit 1").send(PowerCommand::on);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), ErrorCode::conflict);
    EXPECT_THAT(failed.error().message(), HasSubstr("exit code 1: the PDU is away"));
    EXPECT_FALSE(power("echo on; exit 2").state()) << "2 is for off";
    EXPECT_FALSE(power("exit 0").state()) << "no state";
    EXPECT_FALSE(power("exit 2").send(PowerCommand::off));
}

TEST_F(PlugInTest, OneThatHangsIsEnded) {
    const auto hung = power("exec sleep 1000", 0755, 0s).state();
    ASSERT_FALSE(hung);
    EXPECT_EQ(hung.error().code(), ErrorCode::timed_out);
}

TEST_F(PlugInTest, OneThatReadsNothingOrSaysTooMuchIsBounded) {
    EXPECT_EQ(power("echo on").state(), PowerState::on);
    EXPECT_FALSE(power("head -c 1000000 /dev/zero").state());
}

TEST_F(PlugInTest, OneThatIsWhereOthersMayWriteIsNotRun) {
    const std::string place = file("open");
    ASSERT_EQ(::mkdir(place.c_str(), 0755), 0);
    ASSERT_EQ(::mkdir((place + "/bin").c_str(), 0755), 0);
    const std::string program = place + "/bin/power";
    ASSERT_TRUE(sys::write_file_atomically(program, "#!/bin/sh\necho on\n"));
    ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    ASSERT_EQ(::symlink(program.c_str(), file("link").c_str()), 0);
    for (const std::string& name : {program, file("link")}) {
        PlugInPower blade({.program = name, .blade = kBlade});
        EXPECT_EQ(blade.state(), PowerState::on) << name;
        for (const mode_t mode : {mode_t{0775}, mode_t{0757}}) {
            ASSERT_EQ(::chmod(place.c_str(), mode), 0);
            const auto refused = blade.state();
            ASSERT_FALSE(refused) << name << ' ' << mode;
            EXPECT_EQ(refused.error().code(), ErrorCode::permission_denied);
            EXPECT_THAT(refused.error().cure(), HasSubstr("chmod go-w " + place));
        }
        ASSERT_EQ(::chmod(place.c_str(), 01777), 0);
        EXPECT_EQ(blade.state(), PowerState::on) << "as in /tmp, nobody may rename it";
        ASSERT_EQ(::chmod(place.c_str(), 0755), 0);
    }
    ASSERT_EQ(::chmod(place.c_str(), 0777), 0);
    ASSERT_EQ(::symlink(file("power").c_str(), (place + "/link").c_str()), 0);
    EXPECT_EQ(power("echo on").state(), PowerState::on);
    EXPECT_FALSE(PlugInPower({.program = place + "/link", .blade = kBlade}).state())
        << "what it leads to is safe, the link is not";
}

TEST_F(PlugInTest, AStateIsNotGuessed) {
    EXPECT_FALSE(power("echo on; echo 'cannot reach the second feed'").state());
    EXPECT_FALSE(power("echo 'the state is on' >&2").state()) << "that is no answer";
    EXPECT_EQ(power("echo on; echo 'the last command was: off' >&2").state(), PowerState::on);
    const auto cut = power("echo on; head -c 70000 /dev/zero | tr '\\0' ' '; echo off").state();
    ASSERT_FALSE(cut) << "what it said last is not known";
    EXPECT_EQ(cut.error().code(), ErrorCode::limit_exceeded);
    const auto failed = power("echo 'the PDU is away' >&2; echo on; exit 1").state();
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().message(), HasSubstr("exit code 1: the PDU is away"));
}

TEST_F(PlugInTest, TheStateIsWhatTheLastLineSays) {
    EXPECT_EQ(power("echo 'Status: ON'").state(), PowerState::on);
    EXPECT_EQ(power("echo 'Status: OFF'; exit 2").state(), PowerState::off);
    EXPECT_EQ(power("echo off; echo 'a warning' >&2; echo").state(), PowerState::off);
}

TEST_F(PlugInTest, IsToldActionNameAddressAndProperties) {
    auto asked = power("echo \"$1 $DIM_ACTION $DIM_NAME $DIM_ADDRESS $DIM_PROPERTY_PDU_MODEL\" >" +
                       file("variables") + "; cat >" + file("input"));
    EXPECT_TRUE(asked.send(PowerCommand::soft_off));
    EXPECT_EQ(content("variables"), "softoff softoff n1 10.3.1.3 A \"B\"\n");
    EXPECT_EQ(content("input"), R"({"action":"softoff","name":"n1","address":"10.3.1.3",)"
                                R"("properties":{"outlet":"7","pdu-model":"A \"B\""}})"
                                "\n");
    EXPECT_THAT(plug_in_variables(kBlade, "on"), Contains(Pair("DIM_PROPERTY_OUTLET", "7")));
}

TEST_F(PlugInTest, IsToldTheModuleAndBayThatTheBladeIsIn) {
    PlugInBlade blade = kBlade;
    blade.properties.clear();
    blade.place = {
        .module = "s01c1mm", .bay = 3, .address = model::Ipv4Address::parse("10.2.1.1").value()};
    EXPECT_THAT(plug_in_variables(blade, "on"), Contains(Pair("DIM_MODULE", "s01c1mm")));
    EXPECT_THAT(plug_in_variables(blade, "on"), Contains(Pair("DIM_BAY", "3")));
    EXPECT_THAT(plug_in_variables(blade, "on"), Contains(Pair("DIM_MODULE_ADDRESS", "10.2.1.1")));
    EXPECT_EQ(plug_in_request(blade, "on"),
              R"({"action":"on","name":"n1","address":"10.3.1.3","module":"s01c1mm","bay":3,)"
              R"("module_address":"10.2.1.1","properties":{}})"
              "\n");
}

TEST_F(PlugInTest, IsNotToldTheCredentialsThatWeWereGiven) {
    ASSERT_EQ(::setenv("DIM_MM_COMMUNITY", "secretword", 1), 0);
    auto asked = power("env >" + file("environment") + "; echo on");
    EXPECT_EQ(asked.state(), PowerState::on);
    EXPECT_THAT(content("environment"), HasSubstr("DIM_NAME=n1"));
    EXPECT_THAT(content("environment"), Not(HasSubstr("secretword")));
    EXPECT_TRUE(asked.send(PowerCommand::on));
    EXPECT_THAT(content("environment"), HasSubstr("DIM_ACTION=on"));
    EXPECT_THAT(content("environment"), Not(HasSubstr("secretword")));
    EXPECT_EQ(::unsetenv("DIM_MM_COMMUNITY"), 0);
}

TEST_F(PlugInTest, ABladeIsSwitchedByIt) {
    auto blade = power("state=" + file("is-on") +
                       "\ncase $1 in\n"
                       "state) if [ -e $state ]; then echo on; else echo off; exit 2; fi;;\n"
                       "on) touch $state;;\n"
                       "off) rm -f $state;;\n"
                       "*) echo \"no $1\"; exit 1;;\nesac");
    const auto deadline = sys::Deadline::in(20s);
    EXPECT_EQ(change_power(blade, PowerAction::on, deadline),
              (PowerChange{PowerState::off, PowerState::on}));
    EXPECT_EQ(change_power(blade, PowerAction::cycle, deadline),
              (PowerChange{PowerState::on, PowerState::on}));
    EXPECT_EQ(change_power(blade, PowerAction::off, deadline),
              (PowerChange{PowerState::on, PowerState::off}));
    EXPECT_FALSE(change_power(blade, PowerAction::soft_off, deadline));
}

}  // namespace
}  // namespace dim::power
