#include "libdim/render/kea_configuration.hpp"
#include "libdim/render/sample_definition.hpp"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::render {
namespace {

using nlohmann::json;
using samples::host;
using samples::name;
using ::testing::HasSubstr;

Result<std::string> render_kea(const cluster::Definition& cluster, std::vector<api::DhcpHost> hosts,
                               const KeaFiles& files = {}) {
    const ServerHosts served{.server = name("is01"), .hosts = std::move(hosts)};
    return render_kea_configuration(cluster, std::span(&served, 1), files);
}

json rendered(const cluster::Definition& cluster, std::vector<api::DhcpHost> hosts,
              const KeaFiles& files = {}) {
    return json::parse(render_kea(cluster, std::move(hosts), files).value())["Dhcp4"];
}

TEST(KeaConfiguration, RefusesWhatTheOtherServerRefuses) {
    const api::DhcpHost first = host("b1", "52:54:00:01:01:01", "10.1.0.11");
    for (const api::DhcpHost& second : {host("b1", "52:54:00:01:01:02", "10.1.0.12"),
                                        host("b2", "52:54:00:01:01:01", "10.1.0.12"),
                                        host("b2", "52:54:00:01:01:02", "10.1.0.11"),
                                        host("b2", "52:54:00:01:01:02", "10.2.0.11"),
                                        host("b2", "52:54:00:01:01:02", "10.1.0.12", "a\"b")})
        EXPECT_EQ(render_kea(samples::definition(), {first, second}).error().code(),
                  ErrorCode::invalid_input);
    const ServerHosts unknown{.server = name("is02"), .hosts = {}};
    EXPECT_EQ(
        render_kea_configuration(samples::definition(), std::span(&unknown, 1), {}).error().code(),
        ErrorCode::not_found);
}

TEST(KeaConfiguration, AnswersNobodyItDoesNotKnow) {
    const json made = rendered(samples::definition(), {});
    EXPECT_EQ(made["client-classes"][0]["name"], "DROP");
    EXPECT_EQ(made["client-classes"][0]["test"], "not member('KNOWN')");
    EXPECT_EQ(made["early-global-reservations-lookup"], true);
    EXPECT_TRUE(made["reservations"].empty());
    EXPECT_FALSE(made["subnet4"][0].contains("pools"));
    EXPECT_TRUE(made["interfaces-config"]["interfaces"].empty());
    EXPECT_EQ(made["lease-database"]["persist"], false);
}

TEST(KeaConfiguration, ListensWhereItIsTold) {
    const json made = rendered(samples::definition(), {},
                               {.leases = "/state/leases.csv",
                                .devices = {cluster::DeviceName::parse("boot0").value()},
                                .bootp_library = "/lib/bootp.so"});
    EXPECT_EQ(made["interfaces-config"]["interfaces"], json::parse(R"(["boot0"])"));
    EXPECT_EQ(made["lease-database"]["name"], "/state/leases.csv");
    EXPECT_EQ(made["lease-database"]["persist"], true);
    EXPECT_EQ(made["hooks-libraries"][0]["library"], "/lib/bootp.so");
}

TEST(KeaConfiguration, RendersHostsInTheOrderOfTheirNames) {
    const std::string text =
        render_kea(samples::definition(),
                   {host("b2", "52:54:00:01:01:02", "10.1.0.12"),
                    host("b1", "52:54:00:01:01:01", "10.1.0.11", "granite/1-0123abcd/zImage")})
            .value();
    EXPECT_THAT(text, HasSubstr(R"(
    "subnet4": [
      {"id":1,"subnet":"10.1.0.0/24","user-context":{"network":"bootnet-is01"},"option-data":[)"
                                R"({"name":"broadcast-address","data":"10.1.0.255"},)"
                                R"({"name":"routers","data":"10.1.0.254"},)"
                                R"({"name":"domain-name","data":"demo.cluster"}]}
    ],
    "reservations": [
      {"hostname":"b1","hw-address":"52:54:00:01:01:01","ip-address":"10.1.0.11",)"
                                R"("next-server":"10.1.0.1","server-hostname":"10.1.0.1",)"
                                R"("boot-file-name":"granite/1-0123abcd/zImage",)"
                                R"("option-data":[{"name":"root-path",)"
                                R"("data":"10.1.0.1:/blades/b1/granite"}]},
      {"hostname":"b2","hw-address":"52:54:00:01:01:02","ip-address":"10.1.0.12"}
    ]
  }
}
)"));
}

TEST(KeaConfiguration, TellsWhatTheNetworkAndTheServicesSay) {
    const json made =
        rendered(samples::rich_definition(), {host("b1", "52:54:00:01:01:01", "10.1.0.11")});
    const json& options = made["subnet4"][0]["option-data"];
    EXPECT_THAT(options, ::testing::Contains(json::parse(
                             R"({"name": "ntp-servers", "data": "10.1.0.1, 10.1.0.2"})")));
    EXPECT_THAT(options, ::testing::Contains(json::parse(
                             R"({"code": 43, "csv-format": false, "data": "0104c0a80001"})")));
    EXPECT_THAT(options, ::testing::Contains(json::parse(
                             R"({"code": 224, "csv-format": false, "data": "61223b205c2c62"})")));
    EXPECT_THAT(
        made["reservations"][0]["option-data"],
        ::testing::Contains(json::parse(R"({"name": "domain-name-servers", "data": "10.1.0.1"})")));
}

}  // namespace
}  // namespace dim::render
