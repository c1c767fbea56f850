#pragma once

#include "initagent/boot_environment.hpp"
#include "initagent/dhcp_client.hpp"
#include "initagent/interface_choice.hpp"
#include "initagent/kernel_modules.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace dim::agent {

/// The addresses a blade needs to reach its image server.
struct NetworkPlan {
    model::Ipv4Address address;
    int prefix_length = 0;
    std::optional<model::Ipv4Address> router;
    model::Ipv4Address server;

    bool operator==(const NetworkPlan&) const = default;
};

/// What the DHCP answer of the firmware says, or else what the kernel has configured on CHOSEN
/// itself. Errors: invalid_input with the missing or wrong piece.
Result<NetworkPlan> plan_network(const BootEnvironment& environment,
                                 const InterfaceCandidate& chosen);

/// The boot interface, configured.
struct BootNetwork {
    std::string interface;
    int index = 0;
    model::MacAddress mac;
    NetworkPlan plan;
    bool is_by_dhcp = false;  ///< a DHCP server of whatever kind told the agent itself
    /// Of what it is on, by the kernel's ip=dhcp; a bond's port or a VLAN's base is to have none.
    std::vector<sys::InterfaceAddress> taken;
};

struct NetworkSettings {
    std::chrono::milliseconds interface_timeout{15'000};  ///< for the driver to find the port
    std::chrono::milliseconds carrier_timeout{30'000};    ///< spanning tree and autonegotiation
    /// For the other ports of a bond to find their link, too.
    std::chrono::milliseconds bond_settle{5'000};
    DhcpSettings dhcp;
};

/// Finds the boot interface, for which MODULES may bring the driver, waits for its link, makes the
/// bond and the VLAN that the network is to run over (boot_link.hpp), sets address and route. Where
/// neither firmware nor kernel has an address, it is asked for by DHCP; on all ports when nobody
/// tells which. TRYING is told each step. When it fails, no address that DHCP gave is left.
Result<BootNetwork> bring_up_network(BootEnvironment environment, KernelModules& modules,
                                     const std::function<void(std::string)>& trying,
                                     const NetworkSettings& settings = {});

/// Takes address and route from the port again, as though DHCP had not been asked: the addresses
/// that were taken come back, for they tell the next attempt which port the boot was from.
Result<void> remove_addresses(const BootNetwork& network);

}  // namespace dim::agent
