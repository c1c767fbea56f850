#include "initagent/bootp_reply.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::string_literals;

const auto kAddress = *model::Ipv4Address::parse("10.1.0.11");
const auto kServer = *model::Ipv4Address::parse("10.1.0.1");
const auto kMask = *model::Ipv4Address::parse("255.255.255.0");
const auto kMac = *model::MacAddress::parse("52:54:00:01:01:01");
constexpr std::size_t kServerNameField = 44;
constexpr std::size_t kFileField = 108;
constexpr std::size_t kOptionsField = 240;  // after the cookie

std::string packet_with(const std::string& options) {
    std::string packet = serialize(BootpReply{.client_mac = kMac,
                                              .client_address = kAddress,
                                              .next_server = kServer,
                                              .netmask = {},
                                              .router = {},
                                              .server_identifier = {},
                                              .host_name = {}});
    packet.resize(kOptionsField);
    return packet + options;
}

TEST(BootpReply, RefusesWhatIsNoReply) {
    EXPECT_FALSE(parse_bootp_reply(""));
    EXPECT_FALSE(parse_bootp_reply(packet_with("").substr(0, 235)));
    EXPECT_FALSE(parse_bootp_reply(packet_with("") + std::string(kBootpLimit, '\0')));
    std::string request = packet_with("");
    request[0] = 1;
    EXPECT_EQ(parse_bootp_reply(request).error().message(), "not a BOOTREPLY");
}

TEST(BootpReply, RefusesOptionsThatDoNotFit) {
    for (const std::string& options :
         {"\x01"s, "\x01\x04"s, "\x01\x04\xff\xff\xff"s, "\x01\x03\xff\xff\xff\xff"s,
          "\x03\x00\xff"s, "\x03\x06"s + "abcdef"s, "\x34\x00\xff"s, "\x36\x05"s + "abcde"s,
          "\x35\x02\x02\x02\xff"s}) {
        EXPECT_FALSE(parse_bootp_reply(packet_with(options))) << testing::PrintToString(options);
    }
}

TEST(BootpReply, RefusesBadOptionsInOverloadedFields) {
    std::string packet = packet_with("\x34\x01\x01\xff"s);
    packet.replace(kFileField, 2, "\x01\xfe"s);
    EXPECT_FALSE(parse_bootp_reply(packet));
}

TEST(BootpReply, HasNoMacOfOtherHardware) {
    std::string packet = packet_with("\xff"s);
    packet[1] = 32;  // InfiniBand
    EXPECT_EQ(parse_bootp_reply(packet)->client_mac, std::nullopt);
    packet = packet_with("\xff"s);
    packet.replace(28, 6, 6, '\0');
    EXPECT_EQ(parse_bootp_reply(packet)->client_mac, std::nullopt);
}

TEST(BootpReply, ReadsABootpPacketWithoutOptions) {
    const auto reply = parse_bootp_reply(packet_with("").substr(0, 236));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->client_address, kAddress);
    EXPECT_EQ(reply->next_server, kServer);
    EXPECT_EQ(reply->netmask, std::nullopt);
}

TEST(BootpReply, ReadsTheOptionsItNeeds) {
    const auto reply = parse_bootp_reply(
        packet_with("\x35\x01\x05\x00\x01\x04\xff\xff\xff\x00\x03\x08\x0a\x01\x00\x01\x0a\x01\x00"
                    "\x02\x0c\x03"s +
                    "b01\x36\x04\x0a\x01\x00\x01\xffgarbage\x01"s));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->message_type, 5);
    EXPECT_EQ(reply->client_mac, kMac);
    EXPECT_EQ(reply->netmask, kMask);
    EXPECT_EQ(reply->router, kServer);
    EXPECT_EQ(reply->server_identifier, kServer);
    EXPECT_EQ(reply->host_name, "b01");
}

TEST(BootpReply, ReadsOverloadedFieldsInTheirOrder) {
    std::string packet = packet_with("\x34\x01\x03\x0c\x01\x61\xff"s);
    packet.replace(kFileField, 4, "\x0c\x01\x62\xff"s);
    packet.replace(kServerNameField, 10, "\x0c\x01\x63\x01\x04\xff\xff\xff\x00\xff"s);
    const auto reply = parse_bootp_reply(packet);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->host_name, "abc");
    EXPECT_EQ(reply->netmask, kMask);
}

TEST(BootpReply, LeavesFieldsThatAreNotOverloadedAlone) {
    std::string packet = packet_with("\xff"s);
    packet.replace(kFileField, 6, "\x01\x04\xff\xff\xff\x00"s);
    EXPECT_EQ(parse_bootp_reply(packet)->netmask, std::nullopt);
}

TEST(BootpReply, TakesTheClientsOwnAddressWhenItGotNone) {
    std::string packet = packet_with("\xff"s);
    packet.replace(12, 4, packet.substr(16, 4));
    packet.replace(16, 4, 4, '\0');
    EXPECT_EQ(parse_bootp_reply(packet)->client_address, kAddress);
}

TEST(BootpReply, MakesTheHostNameFitToPrint) {
    EXPECT_EQ(parse_bootp_reply(packet_with("\x0c\x04\x1b[\x00z"s))->host_name, "?[");
}

TEST(BootpReply, SerializesWhatItReadsBack) {
    const BootpReply reply{.transaction = 0x89abcdef,
                           .message_type = 5,
                           .client_mac = kMac,
                           .client_address = kAddress,
                           .next_server = kServer,
                           .netmask = kMask,
                           .router = kServer,
                           .server_identifier = kServer,
                           .host_name = "s01c1b01"};
    EXPECT_EQ(parse_bootp_reply(serialize(reply)), reply);
}

}  // namespace
}  // namespace dim::agent
