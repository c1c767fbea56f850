#pragma once

#include "imageserver/service/configured_service.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "libdim/model/names.hpp"
#include "libdim/render/dhcp_host.hpp"

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dim::server {

/// The DHCP server on one image server's bootnet, ISC dhcpd or Kea as the cluster definition says:
/// fixed addresses for the blades it serves, nothing for anybody else.
class DhcpService {
public:
    struct Settings {
        model::ComponentName server;     ///< which of the cluster's servers this is
        std::string directory;           ///< STATE/services/dhcpd; made if missing
        std::string kea_directory = {};  ///< STATE/services/kea; made if missing
        /// What status() is about until the first apply.
        cluster::DhcpBackend backend = cluster::DhcpBackend::isc;
        std::uint16_t boot_port = render::kBootPort;  ///< where boot files are given by HTTP
        std::string program = "/usr/sbin/dhcpd";
        std::string kea_program = "/usr/sbin/kea-dhcp4";
    };

    /// CONTROL outlives this. DEVICE is the server's bootnet interface.
    DhcpService(ServiceControl& control, Settings settings, const cluster::DeviceName& device);

    /// Makes the server of DEFINITION's services.dhcp serve HOSTS and ends the other one; it reads
    /// its configuration again only when the bytes change. Blocks. Errors: see
    /// ConfiguredService::apply; not_found when the server is not in DEFINITION. When the other
    /// server was to take over and does not, the first one goes on.
    Result<void> apply(const cluster::Definition& definition, std::span<const api::DhcpHost> hosts);
    /// Whether apply() with these would make a server read its configuration again, start or end.
    Result<std::optional<std::string>> reload_reason(const cluster::Definition& definition,
                                                     std::span<const api::DhcpHost> hosts) const;
    /// "dhcpd" or "kea-dhcp4".
    static std::string name_of(cluster::DhcpBackend backend);
    /// Of the server in force.
    api::ServiceStatus status() const;
    /// What either server logs to; read it with LogTail and DhcpLogReader.
    std::string log_file() const { return settings_.directory + "/dhcpd.log"; }

private:
    using Files = std::vector<ConfigFile>;
    const ConfiguredService& service(cluster::DhcpBackend backend) const {
        return backend == cluster::DhcpBackend::isc ? isc_ : kea_;
    }
    ConfiguredService& service(cluster::DhcpBackend backend) {
        return backend == cluster::DhcpBackend::isc ? isc_ : kea_;
    }
    Result<Files> render(const cluster::Definition& definition,
                         std::span<const api::DhcpHost> hosts) const;
    Result<void> prepare(cluster::DhcpBackend backend) const;
    Result<void> run(cluster::DhcpBackend backend, const Files& files);
    Error go_back(const Error& cause, cluster::DhcpBackend failed);

    ServiceControl& control_;
    Settings settings_;
    cluster::DeviceName device_;
    std::string bootp_library_;
    ConfiguredService isc_;
    ConfiguredService kea_;
    std::mutex apply_mutex_;
    std::optional<Files> in_force_;  ///< what the current server was last given with success
    mutable std::mutex backend_mutex_;
    cluster::DhcpBackend backend_;
};

}  // namespace dim::server
