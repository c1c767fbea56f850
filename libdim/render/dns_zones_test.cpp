#include "libdim/render/dns_zones.hpp"
#include "libdim/render/sample_definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::render {
namespace {

using samples::name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> names(const std::vector<DnsZone>& zones) {
    std::vector<std::string> found;
    for (const DnsZone& zone : zones)
        found.push_back(zone.name);
    return found;
}

TEST(DnsZones, NamesEveryInterfaceAndLinearName) {
    EXPECT_EQ(render_forward_zone(samples::named_definition(), name("s01"), 17).text,
              R"($TTL 3600
@ SOA s01.demo.cluster. hostmaster.demo.cluster. 17 3600 600 604800 600
@ NS s01.demo.cluster.
s01 A 10.1.0.1
s1 CNAME s01
s01c1b01 A 10.1.1.11
s01c1b01 AAAA fd00:1::1:1
b1 CNAME s01c1b01
s01c1b01-usr A 172.16.1.11
s01c1b02 A 10.1.1.12
b2 CNAME s01c1b02
)");
}

TEST(DnsZones, PointsBackFromEveryAddress) {
    const auto zones = render_reverse_zones(samples::named_definition(), name("s01"), 17);
    ASSERT_THAT(names(zones), ElementsAre("0.0.0.0.0.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa",
                                          "1.10.in-addr.arpa", "16.172.in-addr.arpa"));
    EXPECT_THAT(zones[0].text,
                HasSubstr("\n1.0.0.0.1.0.0.0.0.0.0.0.0.0.0.0 PTR s01c1b01.demo.cluster.\n"));
    EXPECT_THAT(zones[1].text, HasSubstr("\n1.0 PTR s01.demo.cluster.\n"
                                         "11.1 PTR s01c1b01.demo.cluster.\n"
                                         "12.1 PTR s01c1b02.demo.cluster.\n"));
    EXPECT_THAT(zones[2].text, HasSubstr("\n11.1 PTR s01c1b01-usr.demo.cluster.\n"));
    EXPECT_THAT(zones[2].text, HasSubstr(" 17 "));
}

TEST(DnsZones, KeepsSmallNetworksInTheZoneOfTheirOctet) {
    cluster::Definition cluster = samples::definition();
    cluster.networks.front().network = model::Ipv4Network::parse("10.1.0.0/26").value();
    EXPECT_THAT(names(render_reverse_zones(cluster, name("is01"), 1)),
                ElementsAre("0.1.10.in-addr.arpa"));
    cluster.networks.front().network = model::Ipv4Network::parse("10.0.0.0/9").value();
    EXPECT_THAT(names(render_reverse_zones(cluster, name("is01"), 1)),
                ElementsAre("1.10.in-addr.arpa"));
}

TEST(DnsZones, MakesNoAliasOfAHostsName) {
    cluster::Definition cluster = samples::named_definition();
    cluster.components.push_back({.name = name("b1"),
                                  .role = cluster::ComponentRole::other,
                                  .interfaces = {{name("bootnet"), samples::address("10.1.0.99")}},
                                  .position = {.kind = 5, .number = 1}});
    EXPECT_THAT(render_forward_zone(cluster, name("s01"), 1).text, Not(HasSubstr("b1 CNAME")));
}

TEST(DnsZones, RendersAHostsFile) {
    EXPECT_EQ(render_hosts_file(samples::named_definition()),
              R"(10.1.0.1 s01.demo.cluster s01 s1
10.1.1.11 s01c1b01.demo.cluster s01c1b01 b1
fd00:1::1:1 s01c1b01.demo.cluster s01c1b01 b1
172.16.1.11 s01c1b01-usr.demo.cluster s01c1b01-usr
10.1.1.12 s01c1b02.demo.cluster s01c1b02 b2
)");
}

}  // namespace
}  // namespace dim::render
