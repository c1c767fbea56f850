#include "libdim/cluster/expansion/sample_two_chassis.hpp"
#include "libdim/snmp/running_chassis.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/running_program.hpp"

#include <filesystem>
#include <sys/stat.h>

#include <gmock/gmock.h>

/// The built `dim bctool` and `dim bcadmin` against the emulated chassis.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ChassisWords = std::vector<std::string>;

/// Bay 1 a JS20 that is on, bay 3 a JS21 that is off, nothing else.
class ChassisDaemonTest : public ::testing::Test {
protected:
    ChassisDaemonTest() { dim::testing::write(file(), "community private\n", 0600); }
    std::string file() const { return directory / "mm.key"; }
    Ran ask(const std::string& command, const ChassisWords& words) const {
        ChassisWords all{DIM_PROGRAM, command,     "--mm", chassis.address(), "--timeout",
                         "5000",      "--retries", "0",    "--credentials",   file()};
        all.insert(all.end(), words.begin(), words.end());
        return run_program(all);
    }
    Ran bctool(const ChassisWords& words) const { return ask("bctool", words); }

    dim::testing::TemporaryDirectory directory;
    snmp::RunningChassis chassis{
        {"--bay", "1=js20,on,mac=00:0d:60:1e:81:1a,name=first", "--bay", "3=js21"}};
};

TEST_F(ChassisDaemonTest, AnEmptyBayFailsAndTheOthersAreDone) {
    const Ran ran = bctool({"--bay", "2,3", "power", "on"});
    EXPECT_EQ(ran.code, 1);
    EXPECT_THAT(ran.output, HasSubstr("bay 3: off → on\n"));
    EXPECT_THAT(ran.output, HasSubstr("dim: 1 of 2 bays failed; the first: bay 2 is empty\n     "));
    const Ran json = bctool({"--bay", "2,3", "--json", "power", "state"});
    EXPECT_THAT(json.output, StartsWith(R"({"bays":[{"bay":2,"error":"bay 2 is empty"},)"
                                        R"({"bay":3,"state":"on"}]})"));
}

TEST_F(ChassisDaemonTest, SwitchingMoreThanOneBladeOffIsAskedFor) {
    const Ran asked = bctool({"--bay", "1,3", "power", "off"});
    EXPECT_EQ(asked.code, 4);
    EXPECT_THAT(asked.output, StartsWith("dim: would switch off 2 blades: bays 1,3\n"));
    EXPECT_EQ(bctool({"--bay", "1", "power", "state"}).output, "on\n");
    const Ran done = bctool({"--bay", "1,3", "--yes", "power", "off"});
    EXPECT_EQ(done.output, "bay 1: on → off\nbay 3: off → off\n");
    EXPECT_EQ(done.code, 0);
}

TEST_F(ChassisDaemonTest, OneBladeIsSwitchedAndLookedAt) {
    EXPECT_EQ(bctool({"--bay", "1", "power", "cycle"}).output, "on → on\n");
    EXPECT_EQ(bctool({"--bay", "1", "reset"}).output, "on → on\n");
    EXPECT_EQ(bctool({"--bay", "1", "nmi"}).output, "sent\n");
    EXPECT_EQ(bctool({"--bay", "1", "power", "softoff"}).output, "on → off\n");
    EXPECT_EQ(bctool({"--bay", "1", "mac"}).output, "00:0d:60:1e:81:1a 00:0d:60:1e:81:1b\n");
    EXPECT_EQ(bctool({"--bay", "1", "health"}).output, "good\n");
    EXPECT_EQ(bctool({"--bay", "1", "name", "database 1"}).output, "database 1\n");
    EXPECT_EQ(bctool({"--bay", "1", "name"}).output, "database 1\n");
    EXPECT_EQ(bctool({"--bay", "1", "led", "blink"}).output, "blink\n");
    EXPECT_EQ(bctool({"--bay", "1", "led"}).output, "blink\n");
    EXPECT_EQ(bctool({"--bay", "1", "bootseq"}).output, "network,hd0\n");
    EXPECT_EQ(bctool({"--bay", "1", "bootseq", "hd0,network"}).output, "hd0,network\n");
    EXPECT_EQ(bctool({"--bay", "1", "sol", "off"}).output, "off\n");
    EXPECT_EQ(bctool({"--bay", "1", "sol", "state"}).output, "off\n");
    EXPECT_EQ(bctool({"--bay", "1", "--json", "sol", "on"}).output,
              "{\"bays\":[{\"bay\":1,\"sol\":\"on\"}]}\n");
    EXPECT_THAT(bctool({"--bay", "1", "vpd"}).output, HasSubstr("type js20, machine_type 8842"));
}

TEST_F(ChassisDaemonTest, OnlyWhatAsksForLedsReadsTheirTable) {
    chassis.requests();
    for (const char* what : {"mac", "vpd", "health", "name"}) {
        EXPECT_EQ(bctool({"--bay", "1", what}).code, 0) << what;
        EXPECT_EQ(chassis.requests(), 1) << what;
    }
    EXPECT_EQ(bctool({"--bay", "1", "led"}).output, "off\n");
    EXPECT_EQ(chassis.requests(), 2);
    EXPECT_EQ(ask("bcadmin", {"inventory"}).code, 0);
    const int without = chassis.requests();
    EXPECT_THAT(ask("bcadmin", {"inventory", "--json"}).output, HasSubstr(R"("led":"off")"));
    EXPECT_EQ(chassis.requests(), without + 1);
}

TEST_F(ChassisDaemonTest, TheChassisIsShown) {
    EXPECT_THAT(ask("bcadmin", {"info"}).output, HasSubstr("blades in bays 1 3\n"));
    EXPECT_THAT(ask("bcadmin", {"inventory"}).output, HasSubstr("\n14   empty"));
    EXPECT_THAT(ask("bcadmin", {"vitals"}).output, HasSubstr("26.0 C"));
    EXPECT_THAT(ask("bcadmin", {"vitals"}).output,
                HasSubstr("\npower module 2     good: Power module state okay.\n"));
    EXPECT_THAT(ask("bcadmin", {"eventlog"}).output, HasSubstr("Blade installed."));
    for (const char* what : {"info", "inventory", "vitals", "eventlog"})
        EXPECT_THAT(ask("bcadmin", {"--json", what}).output, StartsWith("{\"")) << what;
}

TEST_F(ChassisDaemonTest, TheEventLogIsEmptiedAndTheModuleRestartedOnceThatIsConfirmed) {
    EXPECT_EQ(ask("bcadmin", {"eventlog", "--clear"}).code, 4);
    const Ran shown = ask("bcadmin", {"eventlog", "--clear", "--yes"});
    EXPECT_THAT(shown.output, HasSubstr("Blade installed."));
    EXPECT_THAT(ask("bcadmin", {"eventlog"}).output, Not(HasSubstr("Blade installed.")));
    EXPECT_EQ(ask("bcadmin", {"reset-mm"}).code, 4);
    EXPECT_EQ(ask("bcadmin", {"reset-mm", "--yes"}).code, 0);
    EXPECT_EQ(chassis.line(), "reset module");
}

TEST_F(ChassisDaemonTest, CredentialsThatOthersMayReadAreRefusedAndNeverShown) {
    EXPECT_EQ(::chmod(file().c_str(), 0644), 0);
    const Ran refused = bctool({"--bay", "1", "power", "state"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.output, HasSubstr("chmod 600"));
    EXPECT_THAT(refused.output, Not(HasSubstr("private")));
}

TEST_F(ChassisDaemonTest, ASilentModuleIsToldWithItsCure) {
    chassis.tell("silent on");
    const Ran silent =
        run_program({DIM_PROGRAM, "bctool", "--mm", chassis.address(), "--timeout", "50",
                     "--retries", "1", "--credentials", file(), "--bay", "1", "power", "state"});
    EXPECT_EQ(silent.code, 1);
    EXPECT_THAT(silent.output, StartsWith("dim: " + chassis.address() + ": no answer to 2"));
    EXPECT_THAT(silent.output, HasSubstr("\n     check address and port"));
}

TEST_F(ChassisDaemonTest, WrongUsageAsksNobody) {
    for (const ChassisWords& words :
         {ChassisWords{"--bay", "1", "bootseq", "hd9"}, ChassisWords{"--bay", "1", "sol", "maybe"},
          ChassisWords{"--bay", "1", "nmi", "now"}, ChassisWords{"--bay", "15", "power", "on"},
          ChassisWords{"--bay", "1", "power", "up"}, ChassisWords{"--bay", "1"},
          ChassisWords{"power", "on"}, ChassisWords{"--bay", "1", "power", "on", "--stagger", "2m"},
          ChassisWords{"--bay", "1", "--socket", "/x", "power", "on"}}) {
        EXPECT_EQ(bctool(words).code, 2) << ::testing::PrintToString(words);
    }
    EXPECT_EQ(ask("bcadmin", {"weather"}).code, 2);
    EXPECT_EQ(ask("bcadmin", {"--clear", "info"}).code, 2);
    EXPECT_EQ(ask("bcadmin", {"info", "vitals"}).code, 2);
}

TEST_F(ChassisDaemonTest, TheHistoricalNamesAreTheSame) {
    const auto beside = std::filesystem::path(DIM_PROGRAM).parent_path();
    const Ran bctool_ran = run_program({beside / "dim_bctool", "--mm", chassis.address(),
                                        "--credentials", file(), "--bay", "3", "power", "state"});
    EXPECT_EQ(bctool_ran.output, "off\n");
    EXPECT_EQ(run_program({beside / "dim_bcadmin", "--mm", chassis.address(), "--credentials",
                           file(), "info"})
                  .code,
              0);
}

/// Two chassis of one server, of which the definition says all but the community.
class NamedBlades : public ::testing::Test {
protected:
    NamedBlades() {
        dim::testing::write(file(), "community private\n", 0600);
        EXPECT_TRUE(sys::write_file_atomically(
            cluster_file(),
            cluster::sample::two_chassis_xml(file(), first.agent().port, second.agent().port)));
    }
    std::string file() const { return directory / "mm.key"; }
    std::string cluster_file() const { return directory / "cluster.xml"; }
    Ran ask(const std::string& command, const ChassisWords& words) const {
        ChassisWords all{DIM_PROGRAM, command, "--cluster", cluster_file(),
                         "--timeout", "500",   "--retries", "0"};
        all.insert(all.end(), words.begin(), words.end());
        return run_program(all);
    }

    dim::testing::TemporaryDirectory directory;
    snmp::RunningChassis first{
        {"--listen", "127.0.0.2:0", "--bay", "1=js20,on", "--bay", "3=js21"}};
    snmp::RunningChassis second{{"--listen", "127.0.0.3:0", "--bay", "3=js21", "--bay", "14=js21"}};
};

TEST_F(NamedBlades, AreReachedThroughTheModuleOfTheirChassis) {
    EXPECT_EQ(ask("bctool", {"s01c2b14", "power", "on"}).output, "off → on\n");
    EXPECT_EQ(second.line(), "power bay=14 on");
    EXPECT_EQ(ask("bctool", {"b28", "power", "state"}).output, "on\n") << "its linear name";
    EXPECT_EQ(ask("bctool", {"s01c[1-2]b03", "power", "on", "--stagger", "500ms/chassis"}).output,
              "s01c1b03: off → on\ns01c2b03: off → on\n");
    EXPECT_THAT(ask("bctool", {"s01c2b03", "--json", "power", "state"}).output,
                StartsWith(R"({"blades":[{"blade":"s01c2b03","module":"s01c2mm","bay":3,)"));
    EXPECT_THAT(ask("bcadmin", {"s01c2mm", "info"}).output, HasSubstr("blades in bays 3 14\n"));
    EXPECT_THAT(ask("bcadmin", {"mm1", "--json", "inventory"}).output, StartsWith("{\""));
}

TEST_F(NamedBlades, OneChassisThatIsSilentFailsItsOwnBladesAlone) {
    first.tell("silent on");
    const Ran ran = ask("bctool", {"s01c[1-2]b03", "power", "state"});
    EXPECT_EQ(ran.code, 1);
    EXPECT_THAT(ran.output, HasSubstr("s01c2b03: off\n"));
    EXPECT_THAT(ran.output, HasSubstr("s01c1b03: failed: " + first.address() + ": no answer"));
    EXPECT_THAT(ran.output, HasSubstr("1 of 2 blades failed; the first: s01c1b03"));
}

TEST_F(NamedBlades, WhatTheDefinitionDoesNotTellIsAsked) {
    EXPECT_EQ(ask("bctool", {"s01c3b01", "power", "state"}).code, 1);
    EXPECT_EQ(ask("bctool", {"s01c2b14", "power", "up"}).code, 2);
    EXPECT_EQ(ask("bctool", {"s01c2b14"}).code, 2);
    EXPECT_EQ(ask("bctool", {"--mm", "127.0.0.2"}).code, 2);
    EXPECT_EQ(ask("bctool", {"--bay", "3", "s01c2b14", "power", "state"}).code, 2);
    EXPECT_EQ(ask("bctool", {"--mm", "127.0.0.2", "--bay", "3", "power", "state"}).code, 2);
    EXPECT_EQ(ask("bcadmin", {"all", "info"}).code, 2) << "two chassis";
    EXPECT_EQ(ask("bcadmin", {"s01c2mm"}).code, 2);
    const Ran asked = ask("bctool", {"s01c[1-2]b03", "power", "off"});
    EXPECT_EQ(asked.code, 4);
    EXPECT_THAT(asked.output, StartsWith("dim: would switch off 2 blades: s01c[1-2]b03\n"));
}

}  // namespace
}  // namespace dim::tool
