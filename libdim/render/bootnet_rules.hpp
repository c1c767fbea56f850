#pragma once

#include "libdim/cluster/definition/definition.hpp"

#include <string>

namespace dim::render {

/// The table of nft(8) that bootnet_rules() makes; no other table is touched.
inline constexpr const char* kFirewallTable = "inet dim";

/// What nft -f is given so that an image server's NFS, TFTP, DHCP and DNS servers and its port for
/// agents answer its bootnet alone: from its interface, with an address of its network. The table
/// is replaced in one transaction; what these rules let through other tables may still refuse.
std::string bootnet_rules(const cluster::ServerBootnet& bootnet, std::uint16_t boot_port);

}  // namespace dim::render
