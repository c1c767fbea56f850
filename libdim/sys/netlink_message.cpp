#include "libdim/sys/netlink_message.hpp"

#include <algorithm>
#include <cstring>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>

namespace dim::sys {

namespace {

std::unexpected<Error> malformed(const char* what) {
    return fail(ErrorCode::invalid_input, std::string("malformed netlink message: ") + what);
}

constexpr std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

/// The leading STRUCTURE of BYTES, copied because nothing aligns it.
template <class Structure>
bool take(std::string_view bytes, Structure& structure) {
    if (bytes.size() < sizeof structure) return false;
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): bytes, no text
    std::memcpy(&structure, bytes.data(), sizeof structure);
    return true;
}

template <class Structure>
void append(std::string& to, const Structure& structure) {
    to.append(reinterpret_cast<const char*>(&structure), sizeof structure);
}

struct Attribute {
    std::uint16_t type;
    std::string_view value;
};

Result<std::vector<Attribute>> parse_attributes(std::string_view bytes) {
    std::vector<Attribute> attributes;
    while (!bytes.empty()) {
        nlattr header{};
        if (!take(bytes, header) || header.nla_len < sizeof header || header.nla_len > bytes.size())
            return malformed("attribute");
        attributes.push_back({static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
                              bytes.substr(sizeof header, header.nla_len - sizeof header)});
        bytes.remove_prefix(std::min(bytes.size(), aligned(header.nla_len)));
    }
    return attributes;
}

Result<std::uint32_t> take_address(std::string_view value) {
    if (value.size() != 4) return malformed("IPv4 address");
    std::uint32_t address = 0;
    for (const char byte : value)
        address = address << 8 | static_cast<unsigned char>(byte);
    return address;
}

/// Of IFLA_LINKINFO.
Result<LinkKind> take_kind(std::string_view link_info) {
    DIM_TRY(const auto attributes, parse_attributes(link_info));
    for (const auto& [type, value] : attributes) {
        if (type != IFLA_INFO_KIND) continue;
        const std::string_view kind = value.substr(0, value.find('\0'));
        if (kind == "vlan") return LinkKind::vlan;
        if (kind == "bond") return LinkKind::bond;
    }
    return LinkKind::other;
}

}  // namespace

Result<std::vector<NetlinkMessage>> parse_netlink(std::string_view datagram) {
    std::vector<NetlinkMessage> messages;
    while (!datagram.empty()) {
        nlmsghdr header{};
        if (!take(datagram, header) || header.nlmsg_len < sizeof header ||
            header.nlmsg_len > datagram.size()) {
            return malformed("length");
        }
        messages.push_back({.type = header.nlmsg_type,
                            .sequence = header.nlmsg_seq,
                            .payload = std::string(
                                datagram.substr(sizeof header, header.nlmsg_len - sizeof header))});
        datagram.remove_prefix(std::min(datagram.size(), aligned(header.nlmsg_len)));
    }
    return messages;
}

std::string netlink_request(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                            std::string_view payload) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + payload.size());
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    header.nlmsg_seq = sequence;
    std::string request;
    append(request, header);
    request += payload;
    request.resize(aligned(request.size()));
    return request;
}

std::string netlink_attribute(std::uint16_t type, std::string_view value) {
    nlattr header{};
    header.nla_len = static_cast<std::uint16_t>(sizeof header + value.size());
    header.nla_type = type;
    std::string attribute;
    append(attribute, header);
    attribute += value;
    attribute.resize(aligned(attribute.size()));
    return attribute;
}

Result<NetworkInterface> parse_link(std::string_view payload) {
    ifinfomsg header{};
    if (!take(payload, header)) return malformed("interface");
    NetworkInterface interface;
    interface.index = header.ifi_index;
    interface.is_ethernet = header.ifi_type == ARPHRD_ETHER;
    interface.is_up = (header.ifi_flags & IFF_UP) != 0;
    interface.has_carrier = (header.ifi_flags & IFF_RUNNING) != 0;
    DIM_TRY(const auto attributes, parse_attributes(payload.substr(sizeof header)));
    std::int32_t link = 0;
    for (const auto& [type, value] : attributes) {
        if (type == IFLA_IFNAME) {
            interface.name = value.substr(0, std::min(value.find('\0'), std::size_t{IFNAMSIZ}));
        } else if (type == IFLA_ADDRESS && value.size() == interface.mac.size()) {
            std::ranges::copy(value, interface.mac.begin());
        } else if (type == IFLA_MTU && !take(value, interface.mtu)) {
            return malformed("MTU");
        } else if ((type == IFLA_LINK && !take(value, link)) ||
                   (type == IFLA_MASTER && !take(value, interface.master))) {
            return malformed("index");
        } else if (type == IFLA_LINKINFO) {
            DIM_TRY(interface.kind, take_kind(value));
        }
    }
    // Others are linked as well: to a tunnel's port, to the other end.
    if (interface.kind == LinkKind::vlan) interface.base = link;
    return interface;
}

Result<InterfaceAddress> parse_address(std::string_view payload) {
    ifaddrmsg header{};
    if (!take(payload, header)) return malformed("address");
    InterfaceAddress result;
    result.index = static_cast<int>(header.ifa_index);
    result.prefix_length = header.ifa_prefixlen;
    DIM_TRY(const auto attributes, parse_attributes(payload.substr(sizeof header)));
    // On a point-to-point link IFA_ADDRESS is the other side's and IFA_LOCAL ours; else only the
    // first may be there.
    bool is_local = false;
    for (const auto& [type, value] : attributes) {
        if (type != IFA_LOCAL && (type != IFA_ADDRESS || is_local)) continue;
        DIM_TRY(result.address, take_address(value));
        is_local = is_local || type == IFA_LOCAL;
    }
    return result;
}

Result<std::optional<PermanentNeighbour>> parse_neighbour(std::string_view payload) {
    ndmsg header{};
    if (!take(payload, header)) return malformed("neighbour");
    PermanentNeighbour neighbour{.index = header.ndm_ifindex};
    bool has_mac = false;
    DIM_TRY(const auto attributes, parse_attributes(payload.substr(sizeof header)));
    for (const auto& [type, value] : attributes) {
        if (type == NDA_DST && header.ndm_family == AF_INET) {
            DIM_TRY(neighbour.address, take_address(value));
        } else if (type == NDA_LLADDR && value.size() == neighbour.mac.size()) {
            std::ranges::copy(value, neighbour.mac.begin());
            has_mac = true;
        } else if (type == NDA_PROTOCOL && !take(value, neighbour.owner)) {
            return malformed("owner of a neighbour");
        }
    }
    const bool is_permanent = (header.ndm_state & NUD_PERMANENT) != 0;
    if (!is_permanent || !has_mac || header.ndm_family != AF_INET) return std::nullopt;
    return neighbour;
}

}  // namespace dim::sys
