#pragma once

#include "libdim/model/firmware.hpp"
#include "libdim/render/dhcp_host.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace dim::render {

/// A DHCP option as it goes over the wire.
struct OptionBytes {
    std::uint8_t code;
    std::string bytes;
};

/// One network that DHCP is spoken on; several servers may share it.
struct SubnetPlan {
    const cluster::Network* network;
    std::vector<OptionBytes> options;
};

/// One host and what its server tells it.
struct HostPlan {
    const api::DhcpHost* host;
    std::string server_address;
    std::string root_path;  ///< empty for a host without a boot file
    /// Who alone is told what to load. Empty: all are told the boot file.
    std::span<const model::Firmware> firmwares;
    /// Where a firmware with HTTP finds the boot file, and iPXE its script; empty without those.
    std::string boot_url;
    std::string script_url;
};

/// What BIOS loads by TFTP: iPXE (Debian: package ipxe).
inline constexpr const char* kIpxeFile = "undionly.kpxe";

/// How a line in dhcpd's log begins that tells of a blade whose firmware is none that its type has;
/// then come its MAC and the number of the firmware (option 93).
inline constexpr const char* kWrongFirmware = "dim-wrong-firmware";

/// The boot file at PATH below the TFTP root by HTTP, or NAME that stands for a part of it.
std::string boot_url(const std::string& server_address, std::uint16_t port, std::string_view path,
                     std::string_view name);

/// "10.1.0.1, 10.1.0.2": as both DHCP servers list addresses.
std::string joined(std::span<const model::Ipv4Address> addresses);

/// What both DHCP servers are to answer, checked; names SERVERS' hosts and the definition's
/// networks, which outlive it.
struct DhcpPlan {
    std::vector<SubnetPlan> subnets;  ///< in the order of the servers
    std::vector<HostPlan> hosts;      ///< for each server, sorted by name
    std::string domain;
    bool has_name_servers;  ///< each image server is its blades' name server
};

/// Errors: those of check_dhcp_hosts, for all servers together.
Result<DhcpPlan> plan_dhcp(const cluster::Definition& definition,
                           std::span<const ServerHosts> servers);

/// Errors: invalid_input for an option that DIM itself sets, or whose value cannot be that of one.
Result<OptionBytes> option_bytes(const cluster::DhcpOption& option);

}  // namespace dim::render
