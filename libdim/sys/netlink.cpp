#include "libdim/sys/netlink.hpp"

#include "libdim/sys/netlink_message.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/socket.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

namespace dim::sys {

namespace {

constexpr std::uint32_t kSequence = 1;  // each socket asks once
constexpr std::chrono::seconds kTimeout{5};
constexpr std::size_t kDatagramLimit = 64 * 1024;

template <class Structure>
std::string bytes_of(const Structure& structure) {
    return {reinterpret_cast<const char*>(&structure), sizeof structure};
}

Result<Fd> netlink_socket() {
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    if (!socket) return fail(Error::from_errno(errno, "make a netlink socket"));
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    // Connected: only the kernel's own messages are received.
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) != 0)
        return fail(Error::from_errno(errno, "connect a netlink socket"));
    return socket;
}

/// The negative errno of an NLMSG_ERROR message or of the end of a dump; 0 is an acknowledgement.
Result<int> error_number(const NetlinkMessage& message) {
    std::int32_t number = 0;
    if (message.payload.size() < sizeof number)
        return fail(ErrorCode::invalid_input, "malformed netlink message: error");
    std::memcpy(&number, message.payload.data(), sizeof number);
    return -number;
}

using Receiver = std::function<Result<void>(const NetlinkMessage&)>;

/// Sends one request; hands what comes to RECEIVER up to the acknowledgement or the end of the
/// dump.
Result<void> request(std::uint16_t type, std::uint16_t flags, std::string_view payload,
                     const Receiver& receiver) {
    DIM_TRY(const Fd socket, netlink_socket());
    DIM_TRY(const auto sent,
            send(socket, netlink_request(type, flags | NLM_F_REQUEST, kSequence, payload)));
    if (!sent) return fail(ErrorCode::unavailable, "the kernel takes no netlink request");
    const Deadline deadline = Deadline::in(kTimeout);
    std::string buffer(kDatagramLimit, '\0');
    for (;;) {
        DIM_CHECK(poll(socket, Readiness::readable, deadline));
        DIM_TRY(const auto size, receive(socket, buffer));
        if (!size) continue;
        DIM_TRY(const auto messages, parse_netlink(std::string_view(buffer).substr(0, *size)));
        for (const NetlinkMessage& message : messages) {
            if (message.sequence != kSequence) continue;
            if (message.type == NLMSG_ERROR) {
                DIM_TRY(const int number, error_number(message));
                if (number != 0) return fail(Error::from_errno(number, "rtnetlink"));
                return {};
            }
            if (message.type == NLMSG_DONE) return {};
            DIM_CHECK(receiver(message));
        }
    }
}

Result<void> change(std::uint16_t type, std::uint16_t flags, std::string_view payload) {
    return request(type, flags | NLM_F_ACK, payload,
                   [](const NetlinkMessage&) -> Result<void> { return {}; });
}

std::string address_attribute(std::uint16_t type, std::uint32_t address) {
    return netlink_attribute(type, bytes_of(htonl(address)));
}

}  // namespace

Result<std::vector<NetworkInterface>> network_interfaces() {
    std::vector<NetworkInterface> interfaces;
    ifinfomsg header{};
    header.ifi_family = AF_UNSPEC;
    const Receiver receiver = [&](const NetlinkMessage& message) -> Result<void> {
        if (message.type != RTM_NEWLINK) return {};
        DIM_TRY(NetworkInterface interface, parse_link(message.payload));
        interfaces.push_back(std::move(interface));
        return {};
    };
    Result<void> listed = request(RTM_GETLINK, NLM_F_DUMP, bytes_of(header), receiver);
    if (!listed) return fail(std::move(listed).error().with_context("list interfaces"));
    return interfaces;
}

Result<std::vector<InterfaceAddress>> interface_addresses() {
    std::vector<InterfaceAddress> addresses;
    ifaddrmsg header{};
    header.ifa_family = AF_INET;
    const Receiver receiver = [&](const NetlinkMessage& message) -> Result<void> {
        if (message.type != RTM_NEWADDR) return {};
        DIM_TRY(const InterfaceAddress address, parse_address(message.payload));
        addresses.push_back(address);
        return {};
    };
    Result<void> listed = request(RTM_GETADDR, NLM_F_DUMP, bytes_of(header), receiver);
    if (!listed) return fail(std::move(listed).error().with_context("list addresses"));
    return addresses;
}

namespace {

Result<void> change_link(int index, unsigned flags, std::string_view attributes, const char* what) {
    ifinfomsg header{};
    header.ifi_family = AF_UNSPEC;
    header.ifi_index = index;
    header.ifi_flags = flags;
    header.ifi_change = attributes.empty() ? IFF_UP : 0;
    Result<void> changed = change(RTM_NEWLINK, 0, bytes_of(header) + std::string(attributes));
    if (!changed) return fail(std::move(changed).error().with_context(what));
    return {};
}

/// ATTRIBUTES of the link itself, DATA of its KIND.
Result<void> add_link(const std::string& name, std::string_view kind, const std::string& attributes,
                      const std::string& data) {
    ifinfomsg header{};
    header.ifi_family = AF_UNSPEC;
    const std::string payload =
        bytes_of(header) + netlink_attribute(IFLA_IFNAME, name + '\0') + attributes +
        netlink_attribute(IFLA_LINKINFO, netlink_attribute(IFLA_INFO_KIND, kind) +
                                             netlink_attribute(IFLA_INFO_DATA, data));
    Result<void> changed = change(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, payload);
    if (changed) return {};
    if (changed.error().system_errno() == EOPNOTSUPP)
        return fail(ErrorCode::not_found,
                    "the kernel has no network interfaces of the kind " + std::string(kind));
    return fail(std::move(changed).error().with_context("make " + name));
}

}  // namespace

Result<void> set_link_up(int index) {
    return change_link(index, IFF_UP, {}, "bring the interface up");
}

Result<void> set_link_down(int index) {
    return change_link(index, 0, {}, "take the interface down");
}

Result<void> set_master(int index, int master) {
    return change_link(index, 0,
                       netlink_attribute(IFLA_MASTER, bytes_of(static_cast<std::int32_t>(master))),
                       "make the interface a port of a bond");
}

Result<void> add_vlan(const std::string& name, int base, std::uint16_t id) {
    return add_link(name, "vlan",
                    netlink_attribute(IFLA_LINK, bytes_of(static_cast<std::int32_t>(base))),
                    netlink_attribute(IFLA_VLAN_ID, bytes_of(id)));
}

Result<void> add_bond(const std::string& name, std::uint8_t mode,
                      std::chrono::milliseconds mii_interval,
                      const std::array<std::uint8_t, 6>& mac) {
    const auto interval = static_cast<std::uint32_t>(mii_interval.count());
    return add_link(name, "bond", netlink_attribute(IFLA_ADDRESS, bytes_of(mac)),
                    netlink_attribute(IFLA_BOND_MODE, bytes_of(mode)) +
                        netlink_attribute(IFLA_BOND_MIIMON, bytes_of(interval)));
}

Result<void> remove_link(int index) {
    ifinfomsg header{};
    header.ifi_family = AF_UNSPEC;
    header.ifi_index = index;
    Result<void> changed = change(RTM_DELLINK, 0, bytes_of(header));
    if (!changed) return fail(std::move(changed).error().with_context("remove the interface"));
    return {};
}

Result<void> add_address(int index, std::uint32_t address, int prefix_length) {
    ifaddrmsg header{};
    header.ifa_family = AF_INET;
    header.ifa_prefixlen = static_cast<std::uint8_t>(prefix_length);
    header.ifa_index = static_cast<std::uint32_t>(index);
    const auto host_bits =
        static_cast<std::uint32_t>((std::uint64_t{1} << (32 - prefix_length)) - 1);
    std::string payload = bytes_of(header) + address_attribute(IFA_LOCAL, address) +
                          address_attribute(IFA_ADDRESS, address);
    if (prefix_length < 31) payload += address_attribute(IFA_BROADCAST, address | host_bits);
    Result<void> changed = change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, payload);
    if (!changed) return fail(std::move(changed).error().with_context("set the address"));
    return {};
}

Result<void> remove_address(int index, std::uint32_t address, int prefix_length) {
    ifaddrmsg header{};
    header.ifa_family = AF_INET;
    header.ifa_prefixlen = static_cast<std::uint8_t>(prefix_length);
    header.ifa_index = static_cast<std::uint32_t>(index);
    Result<void> changed =
        change(RTM_DELADDR, 0, bytes_of(header) + address_attribute(IFA_LOCAL, address));
    if (changed || changed.error().system_errno() == EADDRNOTAVAIL) return {};
    return fail(std::move(changed).error().with_context("remove the address"));
}

namespace {

std::string route_payload(int index, std::uint32_t destination, int prefix_length,
                          std::uint32_t gateway) {
    rtmsg header{};
    header.rtm_family = AF_INET;
    header.rtm_dst_len = static_cast<std::uint8_t>(prefix_length);
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_BOOT;
    header.rtm_scope = gateway == 0 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    header.rtm_type = RTN_UNICAST;
    std::string payload = bytes_of(header);
    if (prefix_length != 0) payload += address_attribute(RTA_DST, destination);
    if (gateway != 0) payload += address_attribute(RTA_GATEWAY, gateway);
    return payload + netlink_attribute(RTA_OIF, bytes_of(static_cast<std::int32_t>(index)));
}

}  // namespace

Result<void> add_route(int index, std::uint32_t destination, int prefix_length,
                       std::uint32_t gateway) {
    Result<void> changed = change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE,
                                  route_payload(index, destination, prefix_length, gateway));
    if (!changed) return fail(std::move(changed).error().with_context("set the route"));
    return {};
}

Result<void> remove_route(int index, std::uint32_t destination, int prefix_length,
                          std::uint32_t gateway) {
    Result<void> changed =
        change(RTM_DELROUTE, 0, route_payload(index, destination, prefix_length, gateway));
    if (changed || changed.error().system_errno() == ESRCH) return {};
    return fail(std::move(changed).error().with_context("remove the route"));
}

Result<std::vector<PermanentNeighbour>> permanent_neighbours() {
    std::vector<PermanentNeighbour> neighbours;
    ndmsg header{};
    header.ndm_family = AF_INET;
    const Receiver receiver = [&](const NetlinkMessage& message) -> Result<void> {
        if (message.type != RTM_NEWNEIGH) return {};
        DIM_TRY(const auto neighbour, parse_neighbour(message.payload));
        if (neighbour) neighbours.push_back(*neighbour);
        return {};
    };
    Result<void> listed = request(RTM_GETNEIGH, NLM_F_DUMP, bytes_of(header), receiver);
    if (!listed) return fail(std::move(listed).error().with_context("list neighbours"));
    return neighbours;
}

Result<void> set_neighbour(const PermanentNeighbour& neighbour) {
    ndmsg header{};
    header.ndm_family = AF_INET;
    header.ndm_ifindex = neighbour.index;
    header.ndm_state = NUD_PERMANENT;
    const std::string payload = bytes_of(header) + address_attribute(NDA_DST, neighbour.address) +
                                netlink_attribute(NDA_LLADDR, bytes_of(neighbour.mac)) +
                                netlink_attribute(NDA_PROTOCOL, bytes_of(neighbour.owner));
    Result<void> changed = change(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, payload);
    if (!changed) return fail(std::move(changed).error().with_context("set a neighbour"));
    return {};
}

Result<void> remove_neighbour(int index, std::uint32_t address) {
    ndmsg header{};
    header.ndm_family = AF_INET;
    header.ndm_ifindex = index;
    Result<void> changed =
        change(RTM_DELNEIGH, 0, bytes_of(header) + address_attribute(NDA_DST, address));
    if (changed || changed.error().system_errno() == ENOENT) return {};
    return fail(std::move(changed).error().with_context("remove a neighbour"));
}

namespace {

Result<Fd> listen_for(int family, std::uint32_t groups) {
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, family));
    if (!socket) return fail(Error::from_errno(errno, "make a netlink socket"));
    sockaddr_nl own{};
    own.nl_family = AF_NETLINK;
    own.nl_groups = groups;
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
        return fail(Error::from_errno(errno, "listen for events of the kernel"));
    return socket;
}

}  // namespace

Result<Fd> link_events() { return listen_for(NETLINK_ROUTE, RTMGRP_LINK); }

Result<Fd> device_events() {
    constexpr std::uint32_t kKernel = 1;  // the group that the kernel itself sends to
    return listen_for(NETLINK_KOBJECT_UEVENT, kKernel);
}

void discard_events(const Fd& events) {
    std::array<char, 8192> buffer;
    // ENOBUFS says that events were lost, which is all the same here; then more may follow.
    while (::recv(events.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) >= 0 ||
           errno == ENOBUFS) {
    }
}

}  // namespace dim::sys
