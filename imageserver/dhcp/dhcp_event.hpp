#pragma once

#include "libdim/model/ipv4.hpp"
#include "libdim/model/mac_address.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace dim::server {

enum class DhcpEventKind {
    discover,        ///< somebody asks for an address
    offer,           ///< we offer one
    request,         ///< somebody asks for the address offered, or for its old one
    acknowledge,     ///< we gave it
    refuse,          ///< we told the client to forget the address (DHCPNAK)
    unknown_mac,     ///< asked, and is in no blade's entry: it is given nothing
    wrong_firmware,  ///< asked, and its blade's type has another firmware: it is given no file
};
std::string_view to_string(DhcpEventKind kind);

/// Something a DHCP server did, seen in its log.
struct DhcpEvent {
    DhcpEventKind kind;
    model::MacAddress mac;
    std::optional<model::Ipv4Address> address;
    std::optional<std::uint16_t> firmware = {};  ///< DHCP option 93 of a wrong one, where known
    bool operator==(const DhcpEvent&) const = default;
};

}  // namespace dim::server
