#pragma once

#include "libdim/sys/fd.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace dim::sys {

/// A network interface as the kernel tells it (rtnetlink(7), RTM_NEWLINK).
struct NetworkInterface {
    int index = 0;
    std::string name;
    std::array<std::uint8_t, 6> mac{};  ///< zero when it is no Ethernet
    bool is_ethernet = false;
    bool is_up = false;
    bool has_carrier = false;
    std::uint32_t mtu = 0;
    bool operator==(const NetworkInterface&) const = default;
};

/// An IPv4 address of an interface; host byte order.
struct InterfaceAddress {
    int index = 0;
    std::uint32_t address = 0;
    int prefix_length = 0;
    bool operator==(const InterfaceAddress&) const = default;
};

/// PREFIX_LENGTH is 0 to 32 everywhere. All interfaces, the loopback interface too.
Result<std::vector<NetworkInterface>> network_interfaces();
Result<std::vector<InterfaceAddress>> interface_addresses();
Result<void> set_link_up(int index);
/// An address that is there already is success.
Result<void> add_address(int index, std::uint32_t address, int prefix_length);
/// Replaces a route to the same destination. DESTINATION 0 with PREFIX_LENGTH 0 is the default
/// route; GATEWAY 0 means reachable directly on the interface.
Result<void> add_route(int index, std::uint32_t destination, int prefix_length,
                       std::uint32_t gateway);

/// Becomes readable when a network interface appears, goes or changes its state (RTNLGRP_LINK);
/// non-blocking.
Result<Fd> link_events();
/// Forgets the events that have come; what they were about is to be looked up anew.
void discard_events(const Fd& events);

}  // namespace dim::sys
