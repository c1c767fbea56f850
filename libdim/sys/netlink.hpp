#pragma once

#include "libdim/sys/fd.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace dim::sys {

/// What an interface is made as, where it matters; ports of the machine are others.
enum class LinkKind : std::uint8_t { other, vlan, bond };

/// A network interface as the kernel tells it (rtnetlink(7), RTM_NEWLINK).
struct NetworkInterface {
    int index = 0;
    std::string name;
    std::array<std::uint8_t, 6> mac{};  ///< zero when it is no Ethernet
    bool is_ethernet = false;
    bool is_up = false;
    bool has_carrier = false;
    std::uint32_t mtu = 0;
    LinkKind kind = LinkKind::other;
    int base = 0;    ///< of a VLAN: the index of what it is on
    int master = 0;  ///< of a port of a bond: the bond's index
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
Result<void> set_link_down(int index);
/// Makes INTERFACE a port of the bond MASTER. It is to be down, and is up after.
Result<void> set_master(int index, int master);

/// A VLAN on the interface BASE; frames have the tag ID (IEEE 802.1Q). Errors: not_found when the
/// kernel knows no VLANs.
Result<void> add_vlan(const std::string& name, int base, std::uint16_t id);
/// MODE is the kernel's number; MII_INTERVAL: how often the links of its ports are looked at. It
/// gets MAC. Errors: not_found when the kernel knows no bonds.
Result<void> add_bond(const std::string& name, std::uint8_t mode,
                      std::chrono::milliseconds mii_interval,
                      const std::array<std::uint8_t, 6>& mac);
/// One that was made.
Result<void> remove_link(int index);
/// An address that is there already is success.
Result<void> add_address(int index, std::uint32_t address, int prefix_length);
/// One that is not there is success.
Result<void> remove_address(int index, std::uint32_t address, int prefix_length);
/// Replaces a route to the same destination. DESTINATION 0 with PREFIX_LENGTH 0 is the default
/// route; GATEWAY 0 means reachable directly on the interface.
Result<void> add_route(int index, std::uint32_t destination, int prefix_length,
                       std::uint32_t gateway);
/// As it was added; one that is not there is success.
Result<void> remove_route(int index, std::uint32_t destination, int prefix_length,
                          std::uint32_t gateway);

/// Who is at an IPv4 address, as an entry that neither ARP nor time changes (NUD_PERMANENT); host
/// byte order. OWNER tells who made the entry (NDA_PROTOCOL), as rtm_protocol does for routes.
struct PermanentNeighbour {
    int index = 0;
    std::uint32_t address = 0;
    std::array<std::uint8_t, 6> mac{};
    std::uint8_t owner = 0;
    auto operator<=>(const PermanentNeighbour&) const = default;
};

/// Those of all interfaces.
Result<std::vector<PermanentNeighbour>> permanent_neighbours();
/// In place of any entry of that address on the interface.
Result<void> set_neighbour(const PermanentNeighbour& neighbour);
/// One that is not there is success. Who is there is found out by ARP again.
Result<void> remove_neighbour(int index, std::uint32_t address);

/// Becomes readable when a network interface appears, goes or changes its state (RTNLGRP_LINK);
/// non-blocking.
Result<Fd> link_events();
/// Becomes readable when a device appears or goes (the kernel's NETLINK_KOBJECT_UEVENT);
/// non-blocking.
Result<Fd> device_events();
/// Forgets the events that have come; what they were about is to be looked up anew.
void discard_events(const Fd& events);

}  // namespace dim::sys
