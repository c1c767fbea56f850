#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/cluster/definition.hpp"
#include "libdim/model/names.hpp"

#include <span>
#include <string>

namespace dim::server {

/// The dhcpd.conf(5) of SERVER: one subnet, no dynamic range, one host entry for each of HOSTS
/// (sorted by name, so that the same hosts give the same bytes). A host without a boot file is
/// given its address only. Errors: not_found for a server without a bootnet interface;
/// invalid_input for a host outside its network, a MAC, address or name that occurs twice, or a
/// boot file name that is no relative path of letters, digits, '.', '-', '_' and '/' of at most 100
/// bytes.
Result<std::string> render_dhcpd_configuration(const cluster::Definition& definition,
                                               const model::ComponentName& server,
                                               std::span<const api::DhcpHost> hosts);

}  // namespace dim::server
