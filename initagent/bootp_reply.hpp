#pragma once

#include "libdim/model/ipv4.hpp"
#include "libdim/model/mac_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::agent {

/// Longer than any packet that firmware keeps.
inline constexpr std::size_t kBootpLimit = 4096;

/// What the firmware's DHCP exchange told this blade: a BOOTREPLY (RFC 2131 section 2, options of
/// RFC 2132).
struct BootpReply {
    std::uint32_t transaction = 0;                        ///< xid
    std::uint8_t message_type = 0;                        ///< option 53; 0: BOOTP, without DHCP
    std::optional<model::MacAddress> client_mac;          ///< chaddr, when it is Ethernet's
    model::Ipv4Address client_address;                    ///< yiaddr, or ciaddr when that is 0
    model::Ipv4Address next_server;                       ///< siaddr: where the boot file came from
    std::optional<model::Ipv4Address> netmask;            ///< option 1
    std::optional<model::Ipv4Address> router;             ///< option 3, the first one
    std::optional<model::Ipv4Address> server_identifier;  ///< option 54
    std::string host_name;                                ///< option 12, printable

    bool operator==(const BootpReply&) const = default;
};

/// PACKET begins with the op field; bytes after the end option are ignored. A packet without the
/// magic cookie has no options. Errors: invalid_input, limit_exceeded.
Result<BootpReply> parse_bootp_reply(std::string_view packet);

/// A packet that parse_bootp_reply reads back to the same.
std::string serialize(const BootpReply& reply);

}  // namespace dim::agent
