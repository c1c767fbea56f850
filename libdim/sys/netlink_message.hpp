#pragma once

#include "libdim/sys/netlink.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::sys {

/// One rtnetlink message: its type, and header-specific struct plus attributes as bytes.
struct NetlinkMessage {
    std::uint16_t type = 0;
    std::uint32_t sequence = 0;
    std::string payload;
};

/// The messages of one datagram. Errors: invalid_input when a length does not fit.
Result<std::vector<NetlinkMessage>> parse_netlink(std::string_view datagram);
/// A request: header, PAYLOAD (the type's struct with attributes).
std::string netlink_request(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                            std::string_view payload);
/// An attribute with its header, padded.
std::string netlink_attribute(std::uint16_t type, std::string_view value);

/// Errors: invalid_input for a payload that is too short or an attribute that does not fit.
Result<NetworkInterface> parse_link(std::string_view payload);
Result<InterfaceAddress> parse_address(std::string_view payload);
/// Nothing for an entry that is not permanent, or not of an Ethernet address.
Result<std::optional<PermanentNeighbour>> parse_neighbour(std::string_view payload);

}  // namespace dim::sys
