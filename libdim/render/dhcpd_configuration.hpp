#pragma once

#include "libdim/render/dhcp_host.hpp"

namespace dim::render {

/// The dhcpd.conf(5) of SERVERS (ISC dhcpd 4.4): for each one subnet without a dynamic range and
/// one host entry for each host, sorted by name, so that the same hosts give the same bytes. A host
/// without a boot file is given its address only. Errors: those of check_dhcp_hosts.
Result<std::string> render_dhcpd_configuration(const cluster::Definition& definition,
                                               std::span<const ServerHosts> servers);

}  // namespace dim::render
