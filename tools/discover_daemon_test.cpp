#include "libdim/api/mac_messages.hpp"
#include "libdim/cluster/expansion/sample_two_chassis.hpp"
#include "libdim/snmp/running_chassis.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "tools/fake_daemon.hpp"
#include "tools/running_program.hpp"

#include <gmock/gmock.h>

/// The built `dim blade discover` against emulated chassis.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;

model::ComponentName blade_name(const std::string& text) {
    return model::ComponentName::parse(text).value();
}
model::MacAddress board(const std::string& text) { return model::MacAddress::parse(text).value(); }

/// Two chassis of one server; of s01c1b01 and s01c2b03 a MAC is known.
class DiscoverFromChassis : public ::testing::Test {
protected:
    DiscoverFromChassis() {
        dim::testing::write(file(), "community private\n", 0600);
        daemon.prepare_cluster(
            cluster::sample::two_chassis_xml(file(), first.agent().port, second.agent().port));
        daemon.prepare("GET /v1/macs", to_json(api::MacList{5,
                                                            {{.blade = blade_name("s01c1b01"),
                                                              .mac = board("00:0d:60:00:00:11"),
                                                              .source = "csv"},
                                                             {.blade = blade_name("s01c2b03"),
                                                              .mac = board("00:0d:60:00:00:21"),
                                                              .source = "csv"}}}));
        daemon.prepare("POST /v1/names",
                       blade_names({"s01c1b01", "s01c1b02", "s01c1b03", "s01c2b03"}));
        daemon.prepare("PUT /v1/macs", "{\"done\":\"learned\"}\n");
    }
    std::string file() const { return directory / "mm.key"; }
    Ran discover() const {
        return run_program({DIM_PROGRAM, "--socket", daemon.socket_path(), "blade", "discover",
                            "--yes", "--timeout", "500", "--retries", "0"});
    }

    dim::testing::TemporaryDirectory directory;
    snmp::RunningChassis first{{"--listen", "127.0.0.2:0", "--bay",
                                "1=js20,on,mac=00:0d:60:00:00:10", "--bay",
                                "3=js21,range,mac=00:0d:60:00:00:13"}};
    snmp::RunningChassis second{
        {"--listen", "127.0.0.3:0", "--bay", "3=js21,mac=00:0d:60:00:00:99"}};
    FakeDaemon daemon;
};

TEST_F(DiscoverFromChassis, ASilentModuleFailsItsOwnBladesAlone) {
    second.tell("silent on");
    const Ran ran = discover();
    EXPECT_EQ(ran.code, 1);
    EXPECT_THAT(ran.output, HasSubstr("s01c2b03: " + second.address() + ": no answer"));
    EXPECT_EQ(daemon.requests().back(),
              R"(PUT /v1/macs {"source":"bladecenter-snmp","changes":[{"blade":"s01c1b03",)"
              R"("mac":"00:0d:60:00:00:13","place":{"module":"s01c1mm","bay":3}}],"base":5})");
}

TEST_F(DiscoverFromChassis, NewAndChangedAreTold) {
    second.requests();
    const Ran ran = discover();
    EXPECT_EQ(ran.code, 0) << ran.output;
    EXPECT_EQ(second.requests(), 1) << "the table of LEDs, which is slow, is not read";
    EXPECT_THAT(
        ran.output,
        HasSubstr("s01c1b03  new      00:0d:60:00:00:13  -                  s01c1mm, bay 3"));
    EXPECT_THAT(
        ran.output,
        HasSubstr("s01c2b03  changed  00:0d:60:00:00:99  00:0d:60:00:00:21  s01c2mm, bay 3"));
    EXPECT_THAT(ran.output, HasSubstr("1 the same, 1 without a blade\n"))
        << "s01c1b01 boots with its second port";
}

}  // namespace
}  // namespace dim::tool
