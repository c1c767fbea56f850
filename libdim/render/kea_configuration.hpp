#pragma once

#include "libdim/render/dhcp_host.hpp"

namespace dim::render {

/// What only one machine's Kea has.
struct KeaFiles {
    std::string leases = {};  ///< absolute path; empty: leases are kept in memory only
    /// What it listens on. A device that does not exist is refused by kea-dhcp4, its checker too;
    /// none: the text can be checked on any machine.
    std::vector<cluster::DeviceName> devices = {};
    /// Absolute path of libdhcp_bootp.so, without which Kea does not answer BOOTP; empty: none.
    std::string bootp_library = {};
};

/// The configuration of kea-dhcp4 (JSON, Kea 2.2) that answers what the dhcpd.conf of
/// render_dhcpd_configuration does. Errors: the same.
Result<std::string> render_kea_configuration(const cluster::Definition& definition,
                                             std::span<const ServerHosts> servers,
                                             const KeaFiles& files);

}  // namespace dim::render
