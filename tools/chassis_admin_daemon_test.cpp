#include "libdim/snmp/running_chassis.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "tools/chassis_fixture.hpp"
#include "tools/running_program.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>

/// `dim bcadmin` on a whole chassis, and its redundant management module, with emulated ones.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using AdminWords = std::vector<std::string>;

/// A chassis of two modules; both have the same blades in bays 1 (on) and 3.
class ChassisAdminTest : public ChassisRoom {
protected:
    ChassisAdminTest() {
        write("mm.key", "community private\n", 0600);
        describe("");
    }
    /// MORE: properties of the first module.
    void describe(const std::string& more) const {
        EXPECT_TRUE(sys::write_file_atomically(file("cluster.xml"), xml(more)));
    }
    std::string module(const std::string& name, const snmp::RunningChassis& chassis,
                       const std::string& more) const {
        return module_xml(name, to_string(chassis.agent().address),
                          property("credentials", file("mm.key")) +
                              property("snmp-port", std::to_string(chassis.agent().port)) +
                              property("snmp-timeout", "300") + property("snmp-retries", "0") +
                              more);
    }
    std::string xml(const std::string& more) const {
        return room_xml(module("mma", first, property("partner", "mmb") + more) +
                            module("mmb", second, ""),
                        "b", 14);
    }
    Ran dim(const std::string& command, const AdminWords& words) const {
        AdminWords all{DIM_PROGRAM, command, "--cluster", file("cluster.xml")};
        all.insert(all.end(), words.begin(), words.end());
        return run_program(all);
    }

    snmp::RunningChassis first{
        {"--listen", "127.0.0.4:0", "--bay", "1=js20,on", "--bay", "3=js21"}};
    snmp::RunningChassis second{
        {"--listen", "127.0.0.5:0", "--bay", "1=js20,on", "--bay", "3=js21"}};
};

TEST_F(ChassisAdminTest, AllBladesOfAChassisAreSwitched) {
    EXPECT_EQ(dim("bcadmin", {"mma", "power", "state"}).output, "bay 1: on\nbay 3: off\n");
    EXPECT_EQ(dim("bcadmin", {"mma", "power", "on"}).output, "bay 1: on → on\nbay 3: off → on\n");
    const Ran asked = dim("bcadmin", {"mma", "power", "off"});
    EXPECT_EQ(asked.code, 4);
    EXPECT_THAT(asked.output, StartsWith("dim: would switch off 2 blades: all of mma\n"));
    EXPECT_EQ(dim("bcadmin", {"mma", "power", "off", "--yes"}).code, 0);
    EXPECT_EQ(dim("bcadmin", {"mma", "power", "state"}).output, "bay 1: off\nbay 3: off\n");
}

TEST_F(ChassisAdminTest, ItsLightAndItsNameAreSet) {
    EXPECT_EQ(dim("bcadmin", {"mma", "led"}).output, "off\n");
    EXPECT_EQ(dim("bcadmin", {"mma", "led", "blink"}).output, "blink\n");
    EXPECT_EQ(dim("bcadmin", {"mma", "led", "--json"}).output, "{\"led\":\"blink\"}\n");
    EXPECT_EQ(dim("bcadmin", {"mma", "name", "rack 7 top"}).output, "rack 7 top\n");
    EXPECT_EQ(dim("bcadmin", {"mma", "name"}).output, "rack 7 top\n");
    EXPECT_EQ(dim("bcadmin", {"mma", "name", "a name that is too long"}).code, 1);
}

TEST_F(ChassisAdminTest, OtherWordsAreWrongUsage) {
    for (const AdminWords& words :
         {AdminWords{"mma", "power"}, AdminWords{"mma", "power", "cycle"},
          AdminWords{"mma", "info", "x"}, AdminWords{"mma", "name", "a", "b"},
          AdminWords{"mma", "led", "green"}, AdminWords{"mma", "power", "on", "--wait", "running"}})
        EXPECT_EQ(dim("bcadmin", words).code, 2) << ::testing::PrintToString(words);
}

TEST_F(ChassisAdminTest, OfTwoModulesTheFirstIsAskedAndNothingIsSaidOfIt) {
    EXPECT_EQ(dim("bctool", {"b3", "power", "on"}).output, "off → on\n");
    EXPECT_EQ(first.line(), "power bay=3 on");
}

TEST_F(ChassisAdminTest, APartnerAnswersForASilentModuleAndThatIsTold) {
    first.tell("silent on");
    const std::string told = " (by mmb: the first module does not answer)\n";
    EXPECT_EQ(dim("bctool", {"b3", "power", "on"}).output, "off → on" + told);
    EXPECT_EQ(second.line(), "power bay=3 on");
    EXPECT_EQ(dim("power", {"state", "b3"}).output, "on" + told);
    EXPECT_EQ(dim("bctool", {"b3", "health"}).output, "good" + told);
    EXPECT_THAT(dim("bctool", {"b3", "power", "state", "--json"}).output,
                HasSubstr(R"("remark":"by mmb: the first module does not answer")"));
    EXPECT_THAT(dim("bcadmin", {"mma", "eventlog"}).output, HasSubstr("answered by mmb"));
    second.tell("silent on");
    const Ran both = dim("bctool", {"b3", "power", "on"});
    EXPECT_EQ(both.code, 1);
    EXPECT_THAT(both.output, HasSubstr("no answer"));
}

TEST_F(ChassisAdminTest, AModuleThatSaysThatItIsTheStandbyIsPassedOver) {
    describe(property("module-bay", "2"));
    EXPECT_EQ(dim("bctool", {"b3", "power", "on"}).output,
              "off → on (by mmb: the first module is the standby)\n");
    EXPECT_EQ(second.line(), "power bay=3 on");
    describe(property("module-bay", "1"));
    EXPECT_EQ(dim("bctool", {"b3", "power", "state"}).output, "off\n");
}

TEST_F(ChassisAdminTest, HowLongAModuleIsWaitedForIsItsPropertyUnlessSaid) {
    first.tell("silent on");
    second.tell("silent on");
    EXPECT_THAT(dim("bctool", {"b3", "power", "state"}).output,
                HasSubstr("no answer to 1 request in 300 ms"));
    EXPECT_THAT(dim("bctool", {"b3", "power", "state", "--timeout", "20", "--retries", "1"}).output,
                HasSubstr("no answer to 2 requests in 40 ms"));
}

}  // namespace
}  // namespace dim::tool
