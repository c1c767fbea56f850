#include "libdim/sys/netlink_message.hpp"

#include <algorithm>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

template <class Structure>
std::string bytes_of(const Structure& structure) {
    return {reinterpret_cast<const char*>(&structure), sizeof structure};
}

std::string link_payload(const std::string& attributes) {
    ifinfomsg header{};
    header.ifi_index = 2;
    header.ifi_type = ARPHRD_ETHER;
    header.ifi_flags = IFF_UP | IFF_RUNNING;
    return bytes_of(header) + attributes;
}

TEST(NetlinkMessage, RefusesLengthsThatDoNotFit) {
    const std::string good = netlink_request(RTM_NEWLINK, 0, 7, "payload.");
    EXPECT_TRUE(parse_netlink(good));
    for (std::size_t size = 1; size < good.size(); ++size)
        EXPECT_FALSE(parse_netlink(good.substr(0, size))) << size;
    std::string no_length = good;
    no_length.replace(0, 4, std::string(4, '\0'));
    EXPECT_FALSE(parse_netlink(no_length));
}

TEST(NetlinkMessage, RefusesAttributesThatDoNotFit) {
    const std::string name = netlink_attribute(IFLA_IFNAME, std::string("eth0\0", 5));
    EXPECT_TRUE(parse_link(link_payload(name)));
    EXPECT_FALSE(parse_link(link_payload(name.substr(0, 6))));
    EXPECT_FALSE(parse_link(link_payload(name + "x")));
    EXPECT_FALSE(parse_link(link_payload(std::string(4, '\0'))));
    EXPECT_FALSE(parse_link(link_payload(netlink_attribute(IFLA_MTU, "12"))));
    EXPECT_FALSE(parse_link(link_payload(netlink_attribute(IFLA_LINKINFO, "12"))));
    EXPECT_FALSE(parse_link(link_payload(netlink_attribute(IFLA_LINK, "12"))));
    EXPECT_FALSE(parse_link(link_payload(netlink_attribute(IFLA_MASTER, ""))));
    EXPECT_FALSE(parse_link("short"));
    EXPECT_FALSE(parse_address("short"));
    EXPECT_FALSE(parse_address(bytes_of(ifaddrmsg{}) + netlink_attribute(IFA_LOCAL, "12345")));
}

TEST(NetlinkMessage, ReadsALink) {
    const std::uint32_t mtu = 1500;
    const auto link = parse_link(link_payload(
        netlink_attribute(IFLA_IFNAME, std::string("eth0\0", 5)) +
        netlink_attribute(IFLA_ADDRESS, "\x02\x0a\x0b\x0c\x0d\x0e") +
        netlink_attribute(IFLA_MTU, bytes_of(mtu)) + netlink_attribute(IFLA_QDISC, "ignored") +
        netlink_attribute(IFLA_LINKINFO,
                          netlink_attribute(IFLA_INFO_KIND, std::string("bond\0", 5)))));
    ASSERT_TRUE(link) << link.error().message();
    EXPECT_EQ(*link, (NetworkInterface{.index = 2,
                                       .name = "eth0",
                                       .mac = {2, 10, 11, 12, 13, 14},
                                       .is_ethernet = true,
                                       .is_up = true,
                                       .has_carrier = true,
                                       .mtu = 1500,
                                       .kind = LinkKind::bond}));
}

TEST(NetlinkMessage, ReadsWhatALinkIsOn) {
    const std::int32_t base = 4;
    const std::int32_t master = 5;
    const std::string indexes = netlink_attribute(IFLA_LINK, bytes_of(base)) +
                                netlink_attribute(IFLA_MASTER, bytes_of(master));
    const std::string vlan = netlink_attribute(
        IFLA_LINKINFO, netlink_attribute(IFLA_INFO_KIND, std::string("vlan\0", 5)));
    const auto link = parse_link(link_payload(indexes + vlan));
    ASSERT_TRUE(link) << link.error().message();
    EXPECT_EQ(link->base, base);
    EXPECT_EQ(link->master, master);
    EXPECT_EQ(parse_link(link_payload(indexes))->base, 0) << "the other end of a veth";
}

TEST(NetlinkMessage, PrefersTheLocalAddressOfAPointToPointLink) {
    ifaddrmsg header{};
    header.ifa_index = 3;
    header.ifa_prefixlen = 32;
    const std::string local = netlink_attribute(IFA_LOCAL, "\x0a\x01\x02\x03");
    const std::string remote = netlink_attribute(IFA_ADDRESS, "\x0a\x09\x09\x09");
    const InterfaceAddress expected{.index = 3, .address = 0x0a010203, .prefix_length = 32};
    EXPECT_EQ(parse_address(bytes_of(header) + local + remote), expected);
    EXPECT_EQ(parse_address(bytes_of(header) + remote + local), expected);
}

TEST(NetlinkMessage, ReadsPermanentNeighboursAlone) {
    ndmsg header{};
    header.ndm_family = AF_INET;
    header.ndm_ifindex = 3;
    header.ndm_state = NUD_PERMANENT;
    const std::string attributes = netlink_attribute(NDA_DST, "\x0a\x01\x02\x03") +
                                   netlink_attribute(NDA_LLADDR, "\x02\x0a\x0b\x0c\x0d\x0e") +
                                   netlink_attribute(NDA_PROTOCOL, "D");
    EXPECT_EQ(
        parse_neighbour(bytes_of(header) + attributes).value(),
        (PermanentNeighbour{
            .index = 3, .address = 0x0a010203, .mac = {2, 10, 11, 12, 13, 14}, .owner = 'D'}));
    EXPECT_EQ(parse_neighbour(bytes_of(header)).value(), std::nullopt) << "without a MAC";
    EXPECT_FALSE(parse_neighbour(bytes_of(header) + netlink_attribute(NDA_DST, "12345")));
    EXPECT_FALSE(parse_neighbour(bytes_of(header) + netlink_attribute(NDA_PROTOCOL, "")));
    EXPECT_FALSE(parse_neighbour("short"));
    header.ndm_state = NUD_REACHABLE;
    EXPECT_EQ(parse_neighbour(bytes_of(header) + attributes).value(), std::nullopt);
}

TEST(Netlink, ListsTheLoopbackInterface) {
    const auto interfaces = network_interfaces();
    ASSERT_TRUE(interfaces) << interfaces.error().message();
    const auto is_loopback = [](const NetworkInterface& interface) {
        return interface.name == "lo" && !interface.is_ethernet;
    };
    EXPECT_EQ(std::ranges::count_if(*interfaces, is_loopback), 1);
    EXPECT_TRUE(interface_addresses());
}

}  // namespace
}  // namespace dim::sys
