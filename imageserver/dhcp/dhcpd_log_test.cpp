#include "imageserver/dhcp/dhcpd_log.hpp"
#include "imageserver/dhcp/sample_event.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::dhcp_event;

TEST(DhcpdLog, SaysNothingAboutOtherLines) {
    for (const std::string_view line :
         {"", " ", "Server starting service.", "DHCPDISCOVER", "DHCPDISCOVER from",
          "DHCPDISCOVER from nobody via boot0", "DHCPACK on 10.1.0.11", "DHCPACK on 10.1.0.11 to",
          "DHCPRELEASE of 10.1.0.11 from 52:54:00:01:01:01 via boot0 (found)",
          "Listening on LPF/boot0/52:54:00:01:01:01/10.1.0.0/24",
          "DHCPDISCOVER from ff:ff:ff:ff:ff:ff via boot0"})
        EXPECT_FALSE(parse_dhcpd_line(line).has_value()) << line;
}

TEST(DhcpdLog, IsNotDeceivedByHostNames) {
    EXPECT_EQ(parse_dhcpd_line("DHCPREQUEST for 10.1.0.11 from 52:54:00:01:01:01 "
                               "(x: unknown client from 52:54:00:09:09:09) via boot0"),
              dhcp_event(DhcpEventKind::request, "52:54:00:01:01:01", "10.1.0.11"));
    EXPECT_EQ(parse_dhcpd_line("DHCPREQUEST for 10.1.0.11 from 52:54:00:01:01:01 "
                               "(x via y: no free leases) via boot0"),
              dhcp_event(DhcpEventKind::request, "52:54:00:01:01:01", "10.1.0.11"));
    EXPECT_FALSE(parse_dhcpd_line("DHCPRELEASE of 10.1.0.11 from 52:54:00:01:01:01 (DHCPACK on "
                                  "10.1.0.12 to 52:54:00:09:09:09) via boot0 (found)"));
}

TEST(DhcpdLog, SeesABootOfAKnownBlade) {
    EXPECT_EQ(parse_dhcpd_line("DHCPDISCOVER from 52:54:00:01:01:01 via boot0"),
              dhcp_event(DhcpEventKind::discover));
    EXPECT_EQ(parse_dhcpd_line("DHCPOFFER on 10.1.0.11 to 52:54:00:01:01:01 via boot0"),
              dhcp_event(DhcpEventKind::offer, "52:54:00:01:01:01", "10.1.0.11"));
    EXPECT_EQ(
        parse_dhcpd_line("DHCPREQUEST for 10.1.0.11 (10.1.0.1) from 52:54:00:01:01:01 via boot0"),
        dhcp_event(DhcpEventKind::request, "52:54:00:01:01:01", "10.1.0.11"));
    EXPECT_EQ(parse_dhcpd_line("DHCPACK on 10.1.0.11 to 52:54:00:01:01:01 (name) via boot0"),
              dhcp_event(DhcpEventKind::acknowledge, "52:54:00:01:01:01", "10.1.0.11"));
    EXPECT_EQ(parse_dhcpd_line("DHCPNAK on 10.9.0.11 to 52:54:00:01:01:01 via boot0"),
              dhcp_event(DhcpEventKind::refuse, "52:54:00:01:01:01", "10.9.0.11"));
    EXPECT_EQ(parse_dhcpd_line("BOOTREQUEST from 52:54:00:01:01:01 via boot0"),
              dhcp_event(DhcpEventKind::discover));
    EXPECT_EQ(parse_dhcpd_line("BOOTREPLY for 10.1.0.11 to s01c1b01 (52:54:00:01:01:01) via boot0"),
              dhcp_event(DhcpEventKind::acknowledge, "52:54:00:01:01:01", "10.1.0.11"));
}

TEST(DhcpdLog, SeesFirmwareThatIsNotItsBlades) {
    DhcpEvent expected = dhcp_event(DhcpEventKind::wrong_firmware);
    expected.firmware = 11;
    EXPECT_EQ(parse_dhcpd_line("dim-wrong-firmware 52:54:00:01:01:01 11"), expected);
    for (const char* other :
         {"dim-wrong-firmware", "dim-wrong-firmware 52:54:00:01:01:01",
          "dim-wrong-firmware nobody 11", "dim-wrong-firmware 52:54:00:01:01:01 65536",
          "dim-wrong-firmware 52:54:00:01:01:01 11 12"})
        EXPECT_FALSE(parse_dhcpd_line(other)) << other;
}

TEST(DhcpdLog, SeesUnknownMacs) {
    EXPECT_EQ(parse_dhcpd_line("DHCPDISCOVER from 52:54:00:09:09:09 via boot0: network "
                               "10.1.0.0/24: no free leases"),
              dhcp_event(DhcpEventKind::unknown_mac, "52:54:00:09:09:09"));
    EXPECT_EQ(parse_dhcpd_line("DHCPREQUEST for 10.1.0.50 from 52:54:00:09:09:09 via boot0: "
                               "unknown lease 10.1.0.50."),
              dhcp_event(DhcpEventKind::unknown_mac, "52:54:00:09:09:09", "10.1.0.50"));
    EXPECT_EQ(parse_dhcpd_line("BOOTREQUEST from 52:54:00:09:09:09 via boot0: BOOTP from unknown "
                               "client and no dynamic leases"),
              dhcp_event(DhcpEventKind::unknown_mac, "52:54:00:09:09:09"));
}

}  // namespace
}  // namespace dim::server
