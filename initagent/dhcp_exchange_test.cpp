#include "initagent/dhcp_exchange.hpp"
#include "libdim/base/byte_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;
using Progress = DhcpExchange::Progress;

const auto kOwnMac = *model::MacAddress::parse("52:54:00:01:01:01");
constexpr std::uint32_t kOwnTransaction = 0x89abcdef;

model::Ipv4Address ipv4(std::string_view text) { return *model::Ipv4Address::parse(text); }

/// DHCPOFFER (2), DHCPACK (5), DHCPNAK (6).
BootpReply reply(std::uint8_t type) {
    BootpReply reply;
    reply.transaction = kOwnTransaction;
    reply.message_type = type;
    reply.client_mac = kOwnMac;
    reply.client_address = ipv4("10.1.0.11");
    reply.next_server = ipv4("10.1.0.1");
    reply.server_identifier = ipv4("10.1.0.2");
    return reply;
}

std::uint8_t type_of(const std::string& message) {
    return static_cast<std::uint8_t>(message.at(242));  // the first option
}

TEST(DhcpExchange, IgnoresWhatIsNoAnswerToItsQuestion) {
    DhcpExchange exchange(kOwnMac, kOwnTransaction);
    std::vector<BootpReply> others(7, reply(2));
    others[0].transaction = kOwnTransaction + 1;
    others[1].client_mac = *model::MacAddress::parse("52:54:00:01:01:02");
    others[2].server_identifier.reset();
    others[3].client_address = {};
    others[4].message_type = 0;
    others[5].message_type = 5;
    others[6].client_mac.reset();
    for (const BootpReply& other : others)
        EXPECT_EQ(exchange.take(serialize(other)), Progress::none);
    EXPECT_EQ(exchange.take(""), Progress::none);
    EXPECT_EQ(exchange.take(exchange.message(0s)), Progress::none) << "another client's question";
    const std::string offer = serialize(reply(2));
    for (std::size_t size = 0; size + 1 < offer.size(); ++size)
        EXPECT_EQ(exchange.take(offer.substr(0, size)), Progress::none) << size;
    EXPECT_EQ(type_of(exchange.message(0s)), 1);
}

TEST(DhcpExchange, IgnoresOtherServersOnceItHasChosen) {
    DhcpExchange exchange(kOwnMac, kOwnTransaction);
    ASSERT_EQ(exchange.take(serialize(reply(2))), Progress::offered);
    for (const std::uint8_t type : {std::uint8_t{5}, std::uint8_t{6}}) {
        BootpReply other = reply(type);
        other.server_identifier = ipv4("10.1.0.3");
        EXPECT_EQ(exchange.take(serialize(other)), Progress::none);
    }
    BootpReply bare = reply(5);
    bare.client_address = {};
    EXPECT_EQ(exchange.take(serialize(bare)), Progress::none);
    EXPECT_EQ(exchange.take(serialize(reply(2))), Progress::none) << "the same offer again";
    EXPECT_EQ(type_of(exchange.message(0s)), 3);
}

TEST(DhcpExchange, AsksAllServersAnewWhenItsOwnRefuses) {
    DhcpExchange exchange(kOwnMac, kOwnTransaction);
    ASSERT_EQ(exchange.take(serialize(reply(2))), Progress::offered);
    BootpReply refused = reply(6);
    refused.client_address = {};
    EXPECT_EQ(exchange.take(serialize(refused)), Progress::none);
    EXPECT_EQ(type_of(exchange.message(0s)), 1);
}

TEST(DhcpExchange, AsksAllServersAnewWhenItsOwnIsSilent) {
    DhcpExchange exchange(kOwnMac, kOwnTransaction);
    ASSERT_EQ(exchange.take(serialize(reply(2))), Progress::offered);
    for (int times = 0; times < 3; ++times)
        exchange.was_not_answered();
    EXPECT_EQ(type_of(exchange.message(0s)), 3);
    exchange.was_not_answered();
    EXPECT_EQ(type_of(exchange.message(0s)), 1);
    exchange.was_not_answered();
    ASSERT_EQ(exchange.take(serialize(reply(2))), Progress::offered);
}

TEST(DhcpExchange, PrefersAnOfferThatNamesTheNextServer) {
    BootpReply lesser = reply(2);
    lesser.next_server = {};
    lesser.server_identifier = ipv4("10.1.0.66");
    DhcpExchange exchange(kOwnMac, kOwnTransaction);
    EXPECT_EQ(exchange.take(serialize(lesser)), Progress::none);
    ASSERT_EQ(exchange.take(serialize(reply(2))), Progress::offered);
    EXPECT_EQ(exchange.take(serialize(reply(5))), Progress::bound);

    DhcpExchange alone(kOwnMac, kOwnTransaction);
    EXPECT_EQ(alone.take(serialize(lesser)), Progress::none);
    alone.was_not_answered();
    EXPECT_EQ(type_of(alone.message(1s)), 3);
    lesser.message_type = 5;
    EXPECT_EQ(alone.take(serialize(lesser)), Progress::bound);
}

TEST(DhcpExchange, AsksAsRfc2131Says) {
    DhcpExchange exchange(kOwnMac, kOwnTransaction);
    const std::string discover = exchange.message(70'000s);
    ASSERT_EQ(discover.size(), 300U);
    EXPECT_EQ(big_endian(discover, 0, 4), 0x01010600U);
    EXPECT_EQ(big_endian(discover, 4, 4), kOwnTransaction);
    EXPECT_EQ(big_endian(discover, 8, 2), 0xffffU) << "seconds";
    EXPECT_EQ(big_endian(discover, 10, 2), 0x8000U) << "broadcast";
    EXPECT_EQ(big_endian(discover, 28, 6), 0x525400010101U);
    EXPECT_EQ(big_endian(discover, 236, 4), 0x63825363U);
    EXPECT_EQ(discover.substr(240, 9), "\x35\x01\x01\x37\x03\x01\x03\x0c\xff");

    ASSERT_EQ(exchange.take(serialize(reply(2))), Progress::offered);
    EXPECT_EQ(exchange.message(1s).substr(240, 21),
              std::string("\x35\x01\x03\x37\x03\x01\x03\x0c\x32\x04\x0a\x01\x00\x0b\x36\x04\x0a\x01"
                          "\x00\x02\xff",
                          21));
}

TEST(DhcpExchange, TakesWhatTheServerAcknowledges) {
    DhcpExchange exchange(kOwnMac, kOwnTransaction);
    ASSERT_EQ(exchange.take(serialize(reply(2))), Progress::offered);
    BootpReply acknowledged = reply(5);
    acknowledged.client_address = ipv4("10.1.0.12");
    acknowledged.next_server = {};
    ASSERT_EQ(exchange.take(serialize(acknowledged)), Progress::bound);
    ASSERT_TRUE(exchange.answer());
    EXPECT_EQ(exchange.answer()->client_address, ipv4("10.1.0.12"));
    EXPECT_EQ(exchange.answer()->next_server, ipv4("10.1.0.1")) << "as was offered";
    EXPECT_EQ(exchange.take(serialize(reply(5))), Progress::none) << "once";
}

}  // namespace
}  // namespace dim::agent
