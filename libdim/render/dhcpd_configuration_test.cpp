#include "libdim/render/dhcpd_configuration.hpp"
#include "libdim/render/sample_definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::render {
namespace {

using samples::definition;
using samples::host;
using samples::name;
using ::testing::HasSubstr;
using ::testing::Not;

Result<std::string> render_dhcpd(const cluster::Definition& cluster,
                                 std::vector<api::DhcpHost> hosts,
                                 std::string_view server = "is01") {
    const ServerHosts served{.server = name(server), .hosts = std::move(hosts)};
    return render_dhcpd_configuration(cluster, std::span(&served, 1));
}

std::string refusal(const std::vector<api::DhcpHost>& hosts) {
    const auto text = render_dhcpd(definition(), hosts);
    EXPECT_FALSE(text);
    return text ? "" : text.error().message();
}

TEST(DhcpdConfiguration, RefusesAnUnknownServer) {
    EXPECT_EQ(render_dhcpd(definition(), {}, "is02").error().code(), ErrorCode::not_found);
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
    cluster::Definition cluster = definition();
    cluster.networks.front().router.reset();
    const auto text = render_dhcpd(cluster, hosts);
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("fixed-address 10.1.0.11;"));
    EXPECT_THAT(*text, Not(HasSubstr("filename")));
    EXPECT_THAT(*text, Not(HasSubstr("next-server")));
    EXPECT_THAT(*text, Not(HasSubstr("option routers")));
}

TEST(DhcpdConfiguration, TellsEachFirmwareWhatItCanLoad) {
    cluster::Definition cluster = samples::large_definition(1, 2);
    cluster.blades.front().type = model::BladeType::x86_64_uefi;
    const model::ComponentName server = cluster.servers.front().name;
    auto servers = server_hosts(cluster, {&server, 1});
    for (api::DhcpHost& host : servers.front().hosts) {
        host.image = model::ImageName::parse("debian").value();
        host.boot_file = "debian/1/x-0123abcd/" + to_string(host.blade);
    }
    servers.front().boot_port = 8080;
    const auto text = render_dhcpd_configuration(cluster, servers);
    ASSERT_TRUE(text);
    const std::string first = to_string(cluster.blades[0].name);
    const std::string second = to_string(cluster.blades[1].name);
    EXPECT_THAT(*text, HasSubstr(R"(
  if exists architecture-type and not (option architecture-type = 00:00 or )"
                                 R"(option architecture-type = 00:07 or )"
                                 R"(option architecture-type = 00:09 or )"
                                 R"(option architecture-type = 00:10) {
    log(info, concat("dim-wrong-firmware 02:00:00:00:01:01 ", )"
                                 R"(binary-to-ascii(10, 16, "", option architecture-type)));
  } elsif option user-class = "iPXE" {
    filename "http://10.1.0.1:8080/boot/debian/1/x-0123abcd/boot.ipxe";
  } elsif substring(option vendor-class-identifier, 0, 10) = "HTTPClient" {
    option vendor-class-identifier "HTTPClient";
    option dhcp-parameter-request-list = concat(option dhcp-parameter-request-list, 3c);
    filename "http://10.1.0.1:8080/boot/debian/1/x-0123abcd/)" +
                                 first + R"(";
  } elsif option architecture-type = 00:07 or option architecture-type = 00:09 {
    filename "debian/1/x-0123abcd/)" +
                                 first + R"(";
  } elsif option architecture-type = 00:00 {
    filename "undionly.kpxe";
  }
  option root-path )"));
    EXPECT_THAT(*text, HasSubstr("\n  filename \"debian/1/x-0123abcd/" + second + "\";\n"))
        << "Open Firmware does not say what it is";
}

TEST(DhcpdConfiguration, RendersHostsInTheOrderOfTheirNames) {
    const std::vector<api::DhcpHost> hosts{
        host("b2", "52:54:00:01:01:02", "10.1.0.12"),
        host("b1", "52:54:00:01:01:01", "10.1.0.11", "granite/1-0123abcd/zImage")};
    const auto text = render_dhcpd(definition(), hosts);
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
  option domain-name "demo.cluster";
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

TEST(DhcpdConfiguration, TellsWhatTheNetworkAndTheServicesSay) {
    const auto text =
        render_dhcpd(samples::rich_definition(), {host("b1", "52:54:00:01:01:01", "10.1.0.11")});
    ASSERT_TRUE(text) << to_string(text.error());
    EXPECT_THAT(*text, HasSubstr("option dim-43 code 43 = string;\noption dim-150 code 150"));
    EXPECT_THAT(*text, HasSubstr("  option ntp-servers 10.1.0.1, 10.1.0.2;\n"));
    EXPECT_THAT(*text, HasSubstr("  option dim-43 01:04:c0:a8:00:01;\n"));
    EXPECT_THAT(*text, HasSubstr("  option dim-150 0a:01:00:01:0a:01:00:02;\n"));
    // A text cannot end its value, whatever it is.
    EXPECT_THAT(*text, HasSubstr("  option dim-224 61:22:3b:20:5c:2c:62;\n"));
    EXPECT_THAT(*text, HasSubstr("  option domain-name-servers 10.1.0.1;\n"));
}

TEST(DhcpdConfiguration, ShowsSeveralServersInOneText) {
    cluster::Definition cluster = definition();
    samples::add_server(cluster, "is02", "10.2.0");
    const std::vector<ServerHosts> servers{
        {name("is01"), {host("b1", "52:54:00:01:01:01", "10.1.0.11")}},
        {name("is02"), {host("b2", "52:54:00:01:01:02", "10.2.0.11", "granite/1/zImage")}}};
    const auto text = render_dhcpd_configuration(cluster, servers);
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("subnet 10.1.0.0 netmask 255.255.255.0"));
    EXPECT_THAT(*text, HasSubstr("subnet 10.2.0.0 netmask 255.255.255.0"));
    EXPECT_THAT(*text, HasSubstr("next-server 10.2.0.1;"));

    std::vector<ServerHosts> doubled = servers;
    doubled[1].hosts[0].mac = doubled[0].hosts[0].mac;
    EXPECT_EQ(render_dhcpd_configuration(cluster, doubled).error().message(),
              "blade b2: MAC 52:54:00:01:01:01 is that of another blade");
}

TEST(DhcpdConfiguration, DeclaresANetworkOfSeveralServersOnce) {
    cluster::Definition cluster = definition();
    cluster.servers.push_back(cluster.servers.front());
    cluster.servers.back().name = name("is02");
    cluster.servers.back().interfaces.front().address =
        model::Ipv4Address::parse("10.1.0.2").value();
    const std::vector<ServerHosts> servers{
        {name("is01"), {host("b1", "52:54:00:01:01:01", "10.1.0.11", "a/z")}},
        {name("is02"), {host("b2", "52:54:00:01:01:02", "10.1.0.12", "a/z")}}};
    const std::string text = render_dhcpd_configuration(cluster, servers).value();
    EXPECT_EQ(text.find("subnet 10.1.0.0"), text.rfind("subnet 10.1.0.0"));
    EXPECT_THAT(text, HasSubstr("next-server 10.1.0.2;"));
}

}  // namespace
}  // namespace dim::render
