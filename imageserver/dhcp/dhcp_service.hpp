#pragma once

#include "imageserver/service/configured_service.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/cluster/definition.hpp"
#include "libdim/model/names.hpp"

#include <span>
#include <string>

namespace dim::server {

/// ISC dhcpd on one image server's bootnet: fixed addresses for the blades it serves, nothing for
/// anybody else.
class DhcpService {
public:
    struct Settings {
        model::ComponentName server;  ///< which of the cluster's servers this is
        std::string directory;        ///< STATE/services/dhcpd; made if missing
        std::string program = "/usr/sbin/dhcpd";
    };

    /// CONTROL outlives this. DEVICE is the server's bootnet interface.
    DhcpService(ServiceControl& control, Settings settings, const cluster::DeviceName& device);

    /// Makes dhcpd serve HOSTS; a restart only when the configuration's bytes change. Blocks.
    /// Errors: see ConfiguredService::apply; not_found when the server is not in DEFINITION.
    Result<void> apply(const cluster::Definition& definition, std::span<const api::DhcpHost> hosts);
    api::ServiceStatus status() const { return service_.status(); }
    /// What dhcpd logs to; read it with LogTail and parse_dhcpd_line.
    std::string log_file() const { return settings_.directory + "/dhcpd.log"; }

private:
    Settings settings_;
    ConfiguredService service_;
};

}  // namespace dim::server
