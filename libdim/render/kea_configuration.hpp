#pragma once

#include "libdim/render/dhcp_host.hpp"

namespace dim::render {

/// Where Kea keeps and writes things.
struct KeaFiles {
    std::string leases;  ///< absolute path; empty: leases are not kept
};

/// The configuration of kea-dhcp4 (JSON, Kea 2.2) that answers exactly what the dhcpd.conf of
/// render_dhcpd_configuration does. Errors: those of check_dhcp_hosts.
Result<std::string> render_kea_configuration(const cluster::Definition& definition,
                                             std::span<const ServerHosts> servers,
                                             const KeaFiles& files);

}  // namespace dim::render
