#pragma once

#include "libdim/render/dhcp_host.hpp"

namespace dim::render {

/// The dhcpd.conf(5) of SERVERS (ISC dhcpd 4.4): a subnet without a dynamic range for each of their
/// networks and an entry for each host, sorted by name, so that the same hosts give the same bytes.
/// A host without a boot file is told its address and names only. Errors: those of
/// check_dhcp_hosts, for all servers together; invalid_input for an <option> of a network that
/// cannot be given.
Result<std::string> render_dhcpd_configuration(const cluster::Definition& definition,
                                               std::span<const ServerHosts> servers);

}  // namespace dim::render
