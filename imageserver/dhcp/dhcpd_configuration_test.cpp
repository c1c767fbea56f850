#include "imageserver/dhcp/dhcpd_configuration.hpp"
#include "libdim/cluster/cluster_xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

cluster::Definition definition(const std::string& router = "<router address=\"10.1.0.254\"/>") {
    return cluster::parse_cluster(
               "<cluster xmlns=\"urn:dim:cluster:1\" name=\"demo\">"
               "<network name=\"bootnet\" address=\"10.1.0.0/24\" role=\"bootnet\">" +
                   router +
                   "</network><server name=\"is01\"><interface network=\"bootnet\" "
                   "device=\"boot0\" address=\"10.1.0.1\"/></server></cluster>",
               "test.xml")
        .value();
}

model::ComponentName server(std::string_view name = "is01") {
    return model::ComponentName::parse(name).value();
}

api::DhcpHost host(std::string_view name, std::string_view mac, std::string_view address,
                   std::optional<std::string> boot_file = std::nullopt) {
    api::DhcpHost made{.blade = model::ComponentName::parse(name).value(),
                       .mac = model::MacAddress::parse(mac).value(),
                       .address = model::Ipv4Address::parse(address).value(),
                       .image = {},
                       .boot_file = std::move(boot_file)};
    if (made.boot_file) made.image = model::ImageName::parse("granite").value();
    return made;
}

std::string refusal(const std::vector<api::DhcpHost>& hosts) {
    const auto text = render_dhcpd_configuration(definition(), server(), hosts);
    EXPECT_FALSE(text);
    return text ? "" : text.error().message();
}

TEST(DhcpdConfiguration, RefusesAnUnknownServer) {
    EXPECT_EQ(render_dhcpd_configuration(definition(), server("is02"), {}).error().code(),
              ErrorCode::not_found);
}

TEST(DhcpdConfiguration, RefusesContradictions) {
    const api::DhcpHost first = host("b1", "52:54:00:01:01:01", "10.1.0.11");
    EXPECT_EQ(refusal({first, host("b1", "52:54:00:01:01:02", "10.1.0.12")}),
              "blade b1: it is listed twice");
    EXPECT_EQ(refusal({first, host("b2", "52:54:00:01:01:01", "10.1.0.12")}),
              "blade b2: MAC 52:54:00:01:01:01 is that of another blade");
    EXPECT_EQ(refusal({first, host("b2", "52:54:00:01:01:02", "10.1.0.11")}),
              "blade b2: the address 10.1.0.11 is in use");
    EXPECT_EQ(refusal({host("b2", "52:54:00:01:01:02", "10.1.0.1")}),
              "blade b2: the address 10.1.0.1 is in use");
    EXPECT_EQ(refusal({host("b2", "52:54:00:01:01:02", "10.2.0.11")}),
              "blade b2: the address 10.2.0.11 is not one of a host in 10.1.0.0/24");
}

TEST(DhcpdConfiguration, RefusesFileNamesThatCouldBeMoreThanAName) {
    for (const std::string& name :
         {std::string("a\"; option routers 10.1.0.66; #"), std::string("a\\b"),
          std::string("../secret"), std::string("/etc/passwd"), std::string(""),
          std::string("a\nb"), std::string("a b"), std::string(101, 'a')})
        EXPECT_THAT(refusal({host("b1", "52:54:00:01:01:01", "10.1.0.11", name)}),
                    HasSubstr("blade b1: the name of its boot file"));
}

TEST(DhcpdConfiguration, GivesABladeWithoutAnImageItsAddressOnly) {
    const std::vector<api::DhcpHost> hosts{host("b1", "52:54:00:01:01:01", "10.1.0.11")};
    const auto text = render_dhcpd_configuration(definition(""), server(), hosts);
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("fixed-address 10.1.0.11;"));
    EXPECT_THAT(*text, Not(HasSubstr("filename")));
    EXPECT_THAT(*text, Not(HasSubstr("next-server")));
    EXPECT_THAT(*text, Not(HasSubstr("option routers")));
}

TEST(DhcpdConfiguration, RendersHostsInTheOrderOfTheirNames) {
    const std::vector<api::DhcpHost> hosts{
        host("b2", "52:54:00:01:01:02", "10.1.0.12"),
        host("b1", "52:54:00:01:01:01", "10.1.0.11", "granite/1-0123abcd/zImage")};
    const auto text = render_dhcpd_configuration(definition(), server(), hosts);
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, R"(# Written by imageserver; what is changed here by hand is lost.
authoritative;
ddns-update-style none;
deny unknown-clients;
deny declines;
default-lease-time 86400;
max-lease-time 86400;
option architecture-type code 93 = unsigned integer 16;
subnet 10.1.0.0 netmask 255.255.255.0 {
  option subnet-mask 255.255.255.0;
  option broadcast-address 10.1.0.255;
  option routers 10.1.0.254;
}
host b1 {
  hardware ethernet 52:54:00:01:01:01;
  fixed-address 10.1.0.11;
  option host-name "b1";
  next-server 10.1.0.1;
  server-name "10.1.0.1";
  filename "granite/1-0123abcd/zImage";
  option root-path "10.1.0.1:/blades/b1/granite";
}
host b2 {
  hardware ethernet 52:54:00:01:01:02;
  fixed-address 10.1.0.12;
  option host-name "b2";
}
)");
}

}  // namespace
}  // namespace dim::server
