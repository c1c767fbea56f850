#include "libdim/model/ipv6.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(Ipv6Address, RefusesOtherSpellings) {
    using std::string_view_literals::operator""sv;
    for (const auto text : {""sv, ":"sv, "1::2::3"sv, "fd00"sv, "10.1.0.1"sv, "fd00::12345"sv,
                            "fe80::1%eth0"sv, "::1 "sv, "::1\0"sv, "1:2:3:4:5:6:7:8:9"sv}) {
        EXPECT_FALSE(Ipv6Address::parse(text)) << text;
    }
}

TEST(Ipv6Address, WritesTheShortForm) {  // RFC 5952, section 4
    const auto shortened = [](std::string_view text) {
        return to_string(*Ipv6Address::parse(text));
    };
    EXPECT_EQ(shortened("2001:0DB8::0001"), "2001:db8::1");
    EXPECT_EQ(shortened("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
    EXPECT_EQ(shortened("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
    EXPECT_EQ(shortened("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
    EXPECT_EQ(shortened("0:0:0:0:0:0:0:0"), "::");
    EXPECT_EQ(shortened("::1"), "::1");
    EXPECT_EQ(shortened("fd00:1:0:0:0:0:0:0"), "fd00:1::");
    EXPECT_EQ(shortened("::ffff:1.2.3.4"), "::ffff:102:304");
    EXPECT_EQ(shortened("1:2:3:4:5:6:7:8"), "1:2:3:4:5:6:7:8");
}

TEST(Ipv6Network, RefusesHostBitsAndSillyPrefixes) {
    EXPECT_EQ(Ipv6Network::parse("fd00:1::5/64").error().cure(), "write fd00:1::/64");
    EXPECT_EQ(Ipv6Network::parse("fd00:0:0:7::/62").error().cure(), "write fd00:0:0:4::/62");
    for (const char* text :
         {"fd00::", "fd00::/", "fd00::/127", "::/0", "fd00::/15", "fd00::/64/1", "fd00::/-1"}) {
        EXPECT_FALSE(Ipv6Network::parse(text)) << text;
    }
}

TEST(Ipv6Network, KnowsItsHosts) {
    const Ipv6Network network = *Ipv6Network::parse("fd00:0:0:4::/62");
    EXPECT_EQ(to_string(network), "fd00:0:0:4::/62");
    EXPECT_EQ(to_string(network.last()), "fd00::7:ffff:ffff:ffff:ffff");
    EXPECT_TRUE(network.contains(*Ipv6Address::parse("fd00:0:0:7::1")));
    EXPECT_FALSE(network.contains(*Ipv6Address::parse("fd00:0:0:8::")));
    EXPECT_FALSE(network.contains(*Ipv6Address::parse("fd00:0:0:3:ffff::")));
    EXPECT_FALSE(network.contains_host(*Ipv6Address::parse("fd00:0:0:4::")));
    EXPECT_TRUE(network.contains_host(*Ipv6Address::parse("fd00:0:0:4::1")));
}

}  // namespace
}  // namespace dim::model
