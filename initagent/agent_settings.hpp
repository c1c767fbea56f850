#pragma once

#include "initagent/kernel_command_line.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/model/bond.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/vlan.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dim::agent {

/// What to do when dim.retries attempts have failed.
enum class OnFailure { retry, reboot, shell };

/// What the dim.* words, and BOOTIF, of the kernel command line say (initagent/README.md).
struct AgentSettings {
    std::optional<model::Ipv4Address> server;  ///< dim.server; else who the boot file came from
    std::uint16_t port = api::kAgentPort;
    std::string server_name;  ///< dim.server-name: whose certificate is expected
    std::string authority_path = "/dim/ca.pem";
    std::optional<std::uint32_t> retries;  ///< attempts before on_failure; nothing: for ever
    std::chrono::seconds longest_delay{30};
    OnFailure on_failure = OnFailure::retry;
    bool is_debug = false;
    /// BOOTIF, of the boot loader: the port that it has booted from.
    std::optional<model::MacAddress> boot_interface;
    std::optional<model::VlanId> vlan;  ///< dim.vlan: the tag of the boot network
    std::optional<model::Bond> bond;    ///< dim.bond: the ports that it is on
    /// Why dim.vlan or dim.bond cannot be followed. Then no network may be tried: it would be
    /// another one.
    std::optional<std::string> wrong_network;
    std::vector<std::string> warnings;  ///< words that were not understood, one sentence each

    bool operator==(const AgentSettings&) const = default;
};

/// A word that is unknown or has a bad value becomes a warning: a blade boots in spite of it if it
/// can, unless it is one that says which network is the right one. The last of several equal words
/// counts.
AgentSettings agent_settings(const std::vector<CommandLineWord>& words);

}  // namespace dim::agent
