#include "libdim/snmp/running_chassis.hpp"
#include "libdim/sys/run.hpp"

#include <gmock/gmock.h>

/// The emulator as net-snmp's own programs see it.
namespace dim::chassis {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kBlades = "1.3.6.1.4.1.2.3.51.2.22.1";

class AgentDaemonTest : public ::testing::Test {
protected:
    std::string run(std::vector<std::string> words, const std::vector<std::string>& more) const {
        words.insert(words.end(), {"-On", "-m", "", "-r", "0", "-t", "1", chassis.address()});
        words.insert(words.end(), more.begin(), more.end());
        const auto ran = sys::run(words, 30s, {});
        return ran ? ran->output : to_string(ran.error());
    }
    std::string as_community(const std::string& program, const std::vector<std::string>& more) {
        return run({program, "-v", "1", "-c", "private"}, more);
    }
    static std::string blade(const std::string& rest) { return kBlades + rest; }

    snmp::RunningChassis chassis{{"--user", "dim SHA passphrase1 DES passphrase2", "--bay",
                                  "1=js20,on", "--bay", "3=js21,wide"}};
};

TEST_F(AgentDaemonTest, ErrorsAreThoseOfVersion1) {
    EXPECT_THAT(as_community("snmpget", {blade(".5.1.1.4.15")}), HasSubstr("noSuchName"));
    EXPECT_THAT(as_community("snmpset", {blade(".6.1.1.7.1"), "i", "7"}), HasSubstr("badValue"));
    EXPECT_THAT(as_community("snmpset", {blade(".6.1.1.7.2"), "i", "1"}), HasSubstr("badValue"));
    EXPECT_THAT(as_community("snmpset", {blade(".5.1.1.4.1"), "i", "1"}), HasSubstr("noSuchName"));
    chassis.tell("too-big 1");
    EXPECT_THAT(as_community("snmpget", {blade(".5.1.1.4.1"), blade(".5.1.1.4.2")}),
                HasSubstr("tooBig"));
}

TEST_F(AgentDaemonTest, StrangersAndVersion2cGetNoAnswer) {
    EXPECT_THAT(run({"snmpget", "-v", "1", "-c", "public"}, {blade(".5.1.1.4.1")}),
                HasSubstr("Timeout"));
    EXPECT_THAT(run({"snmpget", "-v", "2c", "-c", "private"}, {blade(".5.1.1.4.1")}),
                HasSubstr("Timeout"));
}

TEST_F(AgentDaemonTest, PowerIsWalkedAndSet) {
    const std::string before = as_community("snmpwalk", {blade(".5.1.1.4")});
    EXPECT_THAT(before, HasSubstr(blade(".5.1.1.4.1") + " = INTEGER: 1"));
    EXPECT_THAT(before, HasSubstr(blade(".5.1.1.4.14") + " = INTEGER: 0"));
    EXPECT_THAT(as_community("snmpset", {blade(".6.1.1.7.1"), "i", "0"}), HasSubstr("INTEGER"));
    EXPECT_EQ(chassis.line(), "power bay=1 off");
    EXPECT_THAT(run({"snmpget", "-v", "3", "-u", "dim", "-l", "authPriv", "-a", "SHA", "-A",
                     "passphrase1", "-x", "DES", "-X", "passphrase2"},
                    {blade(".5.1.1.4.1")}),
                HasSubstr("INTEGER: 0"));
}

}  // namespace
}  // namespace dim::chassis
