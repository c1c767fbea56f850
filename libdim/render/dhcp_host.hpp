#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// The texts that standard daemons read, made from the cluster definition. Pure.
namespace dim::render {

/// Where boot files are given by HTTP unless told otherwise: what firmware and packet filters
/// expect.
inline constexpr std::uint16_t kBootPort = 80;

/// The hosts that one image server answers.
struct ServerHosts {
    model::ComponentName server;
    std::vector<api::DhcpHost> hosts;
    std::uint16_t boot_port = kBootPort;  ///< where it gives boot files by HTTP
};

/// Of each of SERVERS, which are different ones, the blades with a known MAC, none with an image.
/// Linear in the number of blades.
std::vector<ServerHosts> server_hosts(const cluster::Definition& definition,
                                      std::span<const model::ComponentName> servers);
/// Of one.
std::vector<api::DhcpHost> dhcp_hosts_of(const cluster::Definition& definition,
                                         const model::ComponentName& server);

/// Errors: not_found for a server without a bootnet interface; invalid_input for a host outside its
/// network, a MAC, address or name that occurs twice, or a boot file name that is no relative path
/// of letters, digits, '.', '-', '_' and '/' of at most 100 bytes.
Result<void> check_dhcp_hosts(const cluster::ServerBootnet& bootnet,
                              std::span<const api::DhcpHost> hosts);

}  // namespace dim::render
