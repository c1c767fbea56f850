#include "libdim/cluster/xml/source_values.hpp"
#include "libdim/render/dhcp_plan.hpp"
#include "libdim/render/sample_definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::render {
namespace {

using samples::host;
using ::testing::HasSubstr;
using Type = cluster::DhcpOption::Type;

std::string refusal(const cluster::DhcpOption& option) {
    const auto bytes = option_bytes(option);
    EXPECT_FALSE(bytes);
    return bytes ? "" : bytes.error().message();
}

TEST(DhcpPlan, RefusesOptionsThatDimSetsItself) {
    for (const std::uint8_t code : std::initializer_list<std::uint8_t>{1, 3, 12, 53, 66, 67, 255})
        EXPECT_THAT(refusal({code, Type::hex, "00"}), HasSubstr("is set by DIM itself"));
}

TEST(DhcpPlan, TakesEveryOptionThatADefinitionMayHave) {
    for (int code = 0; code <= 255; ++code) {
        const bool is_allowed = cluster::parse_option_code(std::to_string(code)).has_value();
        const auto option = static_cast<std::uint8_t>(code);
        EXPECT_EQ(option_bytes({option, Type::hex, "00"}).has_value(), is_allowed) << code;
    }
}

TEST(DhcpPlan, RefusesValuesThatAreNone) {
    EXPECT_THAT(refusal({43, Type::hex, "012"}), HasSubstr("a digit is missing"));
    EXPECT_THAT(refusal({43, Type::hex, "0g"}), HasSubstr("not hexadecimal"));
    EXPECT_THAT(refusal({43, Type::hex, ""}), HasSubstr("it is empty"));
    EXPECT_THAT(refusal({43, Type::text, "a\nb"}), HasSubstr("not printable"));
    EXPECT_THAT(refusal({43, Type::text, "\xc3\xa4"}), HasSubstr("not printable"));
    EXPECT_THAT(refusal({43, Type::text, std::string(256, 'a')}), HasSubstr("255 bytes"));
    EXPECT_THAT(refusal({43, Type::address, "10.1.0"}), HasSubstr("DHCP option 43"));
}

TEST(DhcpPlan, RefusesAnOptionGivenTwiceAndAStrangeDomain) {
    cluster::Definition cluster = samples::definition();
    const ServerHosts server{.server = samples::name("is01"), .hosts = {}};
    cluster.domain = "a\";b";
    EXPECT_FALSE(plan_dhcp(cluster, std::span(&server, 1)));
    cluster.domain = "a.b";
    EXPECT_TRUE(plan_dhcp(cluster, std::span(&server, 1)));
    cluster.networks.front().options = {{43, Type::hex, "00"}, {43, Type::text, "a"}};
    EXPECT_EQ(plan_dhcp(cluster, std::span(&server, 1)).error().message(),
              "network bootnet-is01: DHCP option 43 is given twice");
}

TEST(DhcpPlan, ChecksTheHostsOfOneServer) {
    const auto bootnet = bootnet_of(samples::definition(), samples::name("is01")).value();
    const std::vector<api::DhcpHost> good{host("b1", "52:54:00:01:01:01", "10.1.0.11"),
                                          host("b2", "52:54:00:01:01:02", "10.1.0.12")};
    EXPECT_TRUE(check_dhcp_hosts(bootnet, good));
    std::vector<api::DhcpHost> bad = good;
    bad[1].address = bad[0].address;
    EXPECT_EQ(check_dhcp_hosts(bootnet, bad).error().code(), ErrorCode::invalid_input);
}

TEST(DhcpPlan, ListsTheBladesOfAServerThatHaveAMac) {
    cluster::Definition cluster = samples::definition();
    samples::add_server(cluster, "is02", "10.2.0");
    const auto add = [&](std::string_view blade, std::optional<model::MacAddress> mac,
                         std::string_view server, std::string_view ip) {
        cluster.blades.push_back({.name = samples::name(blade),
                                  .type = model::BladeType::js20,
                                  .mac = mac,
                                  .server = samples::name(server),
                                  .interfaces = {{samples::name("bootnet-" + std::string(server)),
                                                  samples::address(ip)}}});
    };
    const auto mac = model::MacAddress::parse("52:54:00:01:01:01").value();
    const auto other = model::MacAddress::parse("52:54:00:01:01:02").value();
    add("b1", mac, "is01", "10.1.0.11");
    add("b2", std::nullopt, "is01", "10.1.0.12");
    add("b3", other, "is02", "10.2.0.11");
    EXPECT_THAT(dhcp_hosts_of(cluster, samples::name("is01")),
                ::testing::ElementsAre(host("b1", "52:54:00:01:01:01", "10.1.0.11")));
    EXPECT_THAT(dhcp_hosts_of(cluster, samples::name("is02")),
                ::testing::ElementsAre(host("b3", "52:54:00:01:01:02", "10.2.0.11")));
}

}  // namespace
}  // namespace dim::render
