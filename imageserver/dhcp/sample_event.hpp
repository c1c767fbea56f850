#pragma once

#include "imageserver/dhcp/dhcp_event.hpp"

namespace dim::server::samples {

/// What a DHCP server told of MAC, for tests.
inline DhcpEvent dhcp_event(DhcpEventKind kind, const char* mac = "52:54:00:01:01:01",
                            const char* address = nullptr) {
    DhcpEvent made{.kind = kind, .mac = model::MacAddress::parse(mac).value(), .address = {}};
    if (address != nullptr) made.address = model::Ipv4Address::parse(address).value();
    return made;
}

}  // namespace dim::server::samples
