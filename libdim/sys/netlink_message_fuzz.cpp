#include "libdim/sys/netlink_message.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

// Arbitrary datagrams: no crash, and the messages read can be written and read again.

using namespace dim::sys;

namespace {

dim::testing::Goal links("a link with a name, in messages that are written and read again");
dim::testing::Goal addresses("an address, likewise");

template <class Structure>
std::string bytes_of(const Structure& structure) {
    return {reinterpret_cast<const char*>(&structure), sizeof structure};
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    const std::uint32_t mtu = 1500;
    const std::string link = bytes_of(ifinfomsg{}) +
                             netlink_attribute(IFLA_IFNAME, std::string("eth0\0", 5)) +
                             netlink_attribute(IFLA_ADDRESS, "\x02\x0a\x0b\x0c\x0d\x0e") +
                             netlink_attribute(IFLA_MTU, bytes_of(mtu));
    const std::string address =
        bytes_of(ifaddrmsg{}) + netlink_attribute(IFA_LOCAL, std::string("\x0a\x01\0\x0b", 4));
    const std::string one = netlink_request(RTM_NEWLINK, 0, 7, link);
    const std::string other = netlink_request(RTM_NEWADDR, 0, 8, address);
    return {{"link", one}, {"address", other}, {"both", one + other}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    const auto messages = parse_netlink(datagram);
    if (!messages) return 0;
    std::string again;
    for (const NetlinkMessage& message : *messages) {
        const auto link = parse_link(message.payload);
        if (link && !link->name.empty()) links.reach();
        const auto address = parse_address(message.payload);
        if (address && address->address != 0) addresses.reach();
        (void)parse_neighbour(message.payload);
        again += netlink_request(message.type, 0, message.sequence, message.payload);
    }
    const auto second = parse_netlink(again);
    if (!second || second->size() != messages->size()) std::abort();
    for (std::size_t i = 0; i < messages->size(); ++i) {
        if ((*second)[i].type != (*messages)[i].type ||
            (*second)[i].payload != (*messages)[i].payload) {
            std::abort();
        }
    }
    return 0;
}
