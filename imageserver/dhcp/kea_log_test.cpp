#include "imageserver/dhcp/dhcp_log.hpp"
#include "imageserver/dhcp/sample_event.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

constexpr auto kBlade = "52:54:00:01:01:01";
constexpr auto kStranger = "52:54:00:09:09:09";

using samples::dhcp_event;

/// As Kea 2.2.0 writes it.
std::string line(const std::string& logger, const std::string& message) {
    return "2026-11-20 16:58:57.186 DEBUG [kea-dhcp4." + logger + "/363.140574754132480] " +
           message;
}
std::string about(const std::string& logger, const std::string& message, const std::string& mac,
                  const std::string& text) {
    return line(logger,
                message + " [hwtype=1 " + mac + "], cid=[no info], tid=0x706dabf3: " + text);
}
std::string received(const std::string& type, const std::string& mac) {
    return about("packets", "DHCP4_PACKET_RECEIVED", mac,
                 type + " received from 0.0.0.0 to 255.255.255.255 on interface boot0");
}
std::string drop_of(const std::string& transaction,
                    const std::string& message = "DHCP4_PACKET_DROP_0013 dropped as member "
                                                 "of the special class 'DROP' after host "
                                                 "reservation lookup") {
    return line("packets", message +
                               ": local_address=255.255.255.255:67, remote_address=0.0.0.0:68, "
                               "msg_type=DHCPDISCOVER (1), transid=" +
                               transaction + ",");
}

TEST(KeaLog, SaysNothingAboutOtherLines) {
    KeaLogReader reader;
    for (const std::string& other :
         {std::string(), std::string("options:"), std::string("  type=053, len=001: 1 (uint8)"),
          line("dhcp4", "DHCP4_STARTED Kea DHCPv4 server version 2.2.0 started"), line("dhcp4", ""),
          line("packets", "DHCP4_PACKET_RECEIVED"),
          line("packets", "DHCP4_PACKET_RECEIVED [hwtype=1"),
          line("packets", "DHCP4_PACKET_RECEIVED [hwtype=1 nobody], cid=[no info]"),
          line("packets", "DHCP4_PACKET_RECEIVED [hwtype=6 52:54:00:01:01:01], DHCPDISCOVER"),
          received("DHCPRELEASE (type 7)", kBlade),
          about("packets", "DHCP4_PACKET_SEND", kBlade,
                "trying to send packet DHCPACK (type 5) from 10.1.0.1:67"),
          about("leases", "DHCP4_INIT_REBOOT", kBlade,
                "client is in INIT-REBOOT state and requests address 10.1.0.11"),
          std::string("DHCP4_LEASE_ADVERT [hwtype=1 52:54:00:01:01:01], cid=[no info], tid=0x1: "
                      "lease 10.1.0.11 will be advertised")})
        EXPECT_FALSE(reader.parse(other).has_value()) << other;
}

TEST(KeaLog, SeesABootOfAKnownBlade) {
    KeaLogReader reader;
    EXPECT_EQ(reader.parse(received("DHCPDISCOVER (type 1)", kBlade)),
              dhcp_event(DhcpEventKind::discover));
    EXPECT_EQ(reader.parse(about("leases", "DHCP4_LEASE_ADVERT", kBlade,
                                 "lease 10.1.0.11 will be advertised")),
              dhcp_event(DhcpEventKind::offer, kBlade, "10.1.0.11"));
    EXPECT_EQ(reader.parse(received("DHCPREQUEST (type 3)", kBlade)),
              dhcp_event(DhcpEventKind::request));
    EXPECT_EQ(reader.parse(about("leases", "DHCP4_LEASE_ALLOC", kBlade,
                                 "lease 10.1.0.11 has been allocated for 86400 seconds")),
              dhcp_event(DhcpEventKind::acknowledge, kBlade, "10.1.0.11"));
    EXPECT_EQ(reader.parse(about("packets", "DHCP4_PACKET_SEND", kBlade,
                                 "trying to send packet DHCPNAK (type 6) from 10.1.0.1:67 to "
                                 "255.255.255.255:68 on interface boot0")),
              dhcp_event(DhcpEventKind::refuse));
}

TEST(KeaLog, SeesUnknownMacsByTheirTransaction) {
    KeaLogReader reader;
    EXPECT_FALSE(reader.parse(drop_of("0x706dabf3")).has_value());
    ASSERT_TRUE(reader.parse(received("DHCPDISCOVER (type 1)", kStranger)).has_value());
    EXPECT_FALSE(reader.parse(drop_of("0x706dabf4")).has_value());
    EXPECT_EQ(reader.parse(drop_of("0x706dabf3")),
              dhcp_event(DhcpEventKind::unknown_mac, kStranger));
}

TEST(KeaLog, SeesFirmwareThatIsNotItsBlades) {
    KeaLogReader reader;
    ASSERT_TRUE(reader.parse(received("DHCPDISCOVER (type 1)", kBlade)).has_value());
    EXPECT_EQ(reader.parse(drop_of("0x706dabf3", "DHCP4_PACKET_DROP_0014 dropped as member of the "
                                                 "special class 'DROP' after early global host "
                                                 "reservations lookup")),
              dhcp_event(DhcpEventKind::wrong_firmware));
    EXPECT_FALSE(reader.parse("  type=093, len=002: 11(uint16)"));
}

TEST(KeaLog, IsReadTogetherWithTheOther) {
    DhcpLogReader reader;
    EXPECT_EQ(reader.parse("DHCPDISCOVER from 52:54:00:01:01:01 via boot0"),
              dhcp_event(DhcpEventKind::discover));
    EXPECT_EQ(reader.parse(received("DHCPDISCOVER (type 1)", kStranger)),
              dhcp_event(DhcpEventKind::discover, kStranger));
    EXPECT_EQ(reader.parse("Server starting service."), std::nullopt);
}

}  // namespace
}  // namespace dim::server
