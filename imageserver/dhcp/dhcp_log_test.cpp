#include "imageserver/dhcp/dhcp_log.hpp"
#include "imageserver/dhcp/sample_event.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

constexpr std::string_view kDhcpdLine = "DHCPACK on 10.1.0.11 to 52:54:00:01:01:01 via boot0";
constexpr std::string_view kKeaLine =
    "2026-11-20 16:58:57.186 DEBUG [kea-dhcp4.packets/363.140574754132480] DHCP4_PACKET_RECEIVED "
    "[hwtype=1 52:54:00:09:09:09], cid=[no info], tid=0x706dabf3: DHCPDISCOVER (type 1) received "
    "from 0.0.0.0 to 255.255.255.255 on interface boot0";
constexpr std::string_view kKeaDrop =
    "2026-11-20 16:58:57.187 DEBUG [kea-dhcp4.packets/363.140574754132480] "
    "DHCP4_PACKET_DROP_0013 dropped as member of the special class 'DROP' after host reservation "
    "lookup: local_address=255.255.255.255:67, remote_address=0.0.0.0:68, msg_type=DHCPDISCOVER "
    "(1), transid=0x706dabf3,";

TEST(DhcpLog, SaysNothingAboutLinesOfNeither) {
    DhcpLogReader reader;
    for (const std::string_view line :
         {std::string_view(), std::string_view("Server starting service."),
          std::string_view("2026-11-20 16:58:57.186 DHCPACK on 10.1.0.11 to 52:54:00:01:01:01"),
          kKeaDrop})
        EXPECT_FALSE(reader.parse(line)) << line;
}

TEST(DhcpLog, UnderstandsEitherServer) {
    DhcpLogReader reader;
    EXPECT_EQ(reader.parse(kDhcpdLine),
              samples::dhcp_event(DhcpEventKind::acknowledge, "52:54:00:01:01:01", "10.1.0.11"));
    EXPECT_EQ(reader.parse(kKeaLine),
              samples::dhcp_event(DhcpEventKind::discover, "52:54:00:09:09:09"));
}

TEST(DhcpLog, WhatADropIsAboutIsKnownFromALineBefore) {
    DhcpLogReader reader;
    ASSERT_TRUE(reader.parse(kKeaLine));
    EXPECT_FALSE(reader.parse("options:"));
    EXPECT_EQ(reader.parse(kKeaDrop),
              samples::dhcp_event(DhcpEventKind::unknown_mac, "52:54:00:09:09:09"));
}

}  // namespace
}  // namespace dim::server
