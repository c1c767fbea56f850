#include "libdim/model/ipv4.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(Ipv4Address, RefusesOtherSpellings) {
    for (const char* text : {"", "10.1.0", "10.1.0.1.2", "10.1.0.256", "10.01.0.1", "10.1.0.1 ",
                             "a.b.c.d", "10..0.1", "-1.0.0.0"}) {
        EXPECT_FALSE(Ipv4Address::parse(text)) << text;
    }
}

TEST(Ipv4Address, RoundTrips) {
    EXPECT_EQ(Ipv4Address::parse("10.1.0.11"), Ipv4Address(0x0a01000b));
    EXPECT_EQ(to_string(Ipv4Address(0xffffffff)), "255.255.255.255");
    EXPECT_EQ(to_string(Ipv4Address(0)), "0.0.0.0");
}

TEST(Ipv4Network, RefusesHostBitsAndSillyPrefixes) {
    EXPECT_EQ(Ipv4Network::parse("10.1.2.3/16").error().cure(), "write 10.1.0.0/16");
    for (const char* text :
         {"10.1.0.0", "10.1.0.0/", "10.1.0.0/31", "10.0.0.0/7", "10.1.0.0/16/2", "0.0.0.0/0"}) {
        EXPECT_FALSE(Ipv4Network::parse(text)) << text;
    }
    EXPECT_FALSE(
        Ipv4Network::of(*Ipv4Address::parse("10.1.2.3"), *Ipv4Address::parse("255.0.255.0")));
    EXPECT_FALSE(Ipv4Network::of(*Ipv4Address::parse("10.1.2.3"), Ipv4Address(0)));
}

TEST(Ipv4Network, KnowsItsHosts) {
    const Ipv4Network network = *Ipv4Network::parse("10.1.0.0/22");
    EXPECT_EQ(to_string(network.netmask()), "255.255.252.0");
    EXPECT_EQ(to_string(network.broadcast()), "10.1.3.255");
    EXPECT_TRUE(network.contains_host(*Ipv4Address::parse("10.1.3.254")));
    EXPECT_FALSE(network.contains_host(*Ipv4Address::parse("10.1.3.255")));
    EXPECT_FALSE(network.contains_host(*Ipv4Address::parse("10.1.0.0")));
    EXPECT_FALSE(network.contains(*Ipv4Address::parse("10.1.4.0")));
    EXPECT_EQ(Ipv4Network::of(*Ipv4Address::parse("10.1.2.3"), network.netmask()), network);
}

}  // namespace
}  // namespace dim::model
