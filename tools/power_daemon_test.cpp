#include "libdim/power/running_bmc.hpp"
#include "libdim/snmp/running_chassis.hpp"
#include "tools/chassis_fixture.hpp"
#include "tools/running_program.hpp"

#include <gmock/gmock.h>

/// The built `dim power` on blades of three kinds of hardware: a chassis, a BMC, programs.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using PowerWords = std::vector<std::string>;

/// n1 is in bay 3 of a chassis, n2 has a BMC, n3 a program, and n4 a fence agent for the same BMC.
class PowerDaemonTest : public ChassisRoom {
protected:
    PowerDaemonTest() {
        write("mm.key", "community private\n", 0600);
        write("power",
              "#!/bin/sh\ncase $1 in\nstate) cat " + file("n3") + " ;;\non|off) echo $1 >" +
                  file("n3") + " ;;\n*) exit 1 ;;\nesac\n",
              0755);
        write("n3", "off\n", 0644);
        write("password", "#!/bin/sh\necho secretword\n", 0700);
        write("fence",
              "#!/bin/bash\nexec fence_ipmilan --lanplus --cipher=3 --ip=$DIM_ADDRESS "
              "--username=dim --password-script=" +
                  file("password") + " --action=${1/state/status}\n",
              0755);
        write("cluster.xml", xml(), 0644);
    }
    std::string xml() const {
        const std::string module = property("credentials", file("mm.key")) +
                                   property("snmp-port", std::to_string(chassis.agent().port));
        return room_xml(module_xml("mm", "127.0.0.1", module), "n", 4,
                        "<set for=\"n1\">" + property("bay", "3") + "</set><set for=\"n2\">" +
                            property("power", "ipmi") +
                            property("power-address", power::RunningBmc::address()) +
                            property("ipmi-cipher-suite", "3") +
                            property("credentials", bmc.login_file()) + "</set><set for=\"n3\">" +
                            property("power", "exec") + property("power-command", file("power")) +
                            "</set><set for=\"n4\">" + property("power", "exec") +
                            property("power-command", file("fence")) +
                            property("power-address", power::RunningBmc::address()) + "</set>");
    }
    Ran dim(const PowerWords& words) const {
        PowerWords all{DIM_PROGRAM, "power", "--cluster", file("cluster.xml")};
        all.insert(all.end(), words.begin(), words.end());
        return run_program(all);
    }

    snmp::RunningChassis chassis{{"--bay", "3=js21"}};
    power::RunningBmc bmc;
};

TEST_F(PowerDaemonTest, OneVerbSwitchesAllKindsInOneRange) {
    const Ran on = dim({"on", "n[1-3]"});
    EXPECT_EQ(on.code, 0) << on.output;
    for (const char* name : {"n1", "n2", "n3"})
        EXPECT_THAT(on.output, HasSubstr(std::string(name) + ": off → on\n"));
    EXPECT_EQ(chassis.line(), "power bay=3 on");
    EXPECT_TRUE(bmc.is_on());
    EXPECT_THAT(dim({"state", "n1"}).output, StartsWith("on\n"));
    const Ran json = dim({"state", "n[1-3]", "--json"});
    EXPECT_THAT(json.output, HasSubstr(R"({"blade":"n1","controller":"mm","bay":3,"state":"on"})"));
    EXPECT_THAT(json.output, HasSubstr("{\"blade\":\"n2\",\"controller\":\"BMC " +
                                       power::RunningBmc::address() + "\",\"state\":\"on\"}"));
    EXPECT_EQ(dim({"off", "n[1-3]"}).code, 4) << "it interrupts";
    EXPECT_EQ(dim({"off", "n[1-3]", "--yes"}).code, 0);
    EXPECT_FALSE(bmc.is_on());
}

TEST_F(PowerDaemonTest, WhatOneKindCannotDoFailsThereAlone) {
    const Ran on = dim({"on", "n[1-3]"});
    const Ran reset = dim({"reset", "n1", "n3", "--yes"});
    EXPECT_EQ(reset.code, 1);
    EXPECT_THAT(reset.output, HasSubstr("n1: on → on\n"));
    EXPECT_THAT(reset.output, HasSubstr("n3: failed: "));
    write("power", "#!/bin/sh\necho on\n", 0777);
    EXPECT_THAT(dim({"state", "n3"}).output, HasSubstr("chmod go-w"));
}

TEST_F(PowerDaemonTest, AFenceAgentIsOneLine) {
    EXPECT_EQ(dim({"state", "n4"}).output, "off\n");
    EXPECT_EQ(dim({"on", "n4"}).output, "off → on\n");
    EXPECT_TRUE(bmc.is_on());
    EXPECT_EQ(dim({"state", "n2"}).output, "on\n") << "it is the same machine";
    EXPECT_EQ(dim({"cycle", "n4"}).output, "on → on\n");
    EXPECT_EQ(dim({"off", "n4"}).output, "on → off\n");
}

TEST_F(PowerDaemonTest, WrongUsageSwitchesNothing) {
    for (const PowerWords& words :
         {PowerWords{"up", "n1"}, PowerWords{"on"}, PowerWords{"state", "n1", "--yes", "--on", "x"},
          PowerWords{"on", "n2", "--wait", "running"},
          PowerWords{"on", "n2", "--wait", "sometime"}})
        EXPECT_EQ(dim(words).code, 2) << ::testing::PrintToString(words);
    EXPECT_FALSE(bmc.is_on());
    EXPECT_EQ(dim({"on", "n9"}).code, 1);
}

TEST_F(PowerDaemonTest, TheBmcsPasswordIsNoArgumentAndNeverShown) {
    EXPECT_EQ(::chmod(bmc.login_file().c_str(), 0644), 0);
    const Ran refused = dim({"state", "n2"});
    EXPECT_THAT(refused.output, HasSubstr("chmod 600"));
    EXPECT_THAT(refused.output, Not(HasSubstr("secretword")));
}

}  // namespace
}  // namespace dim::tool
