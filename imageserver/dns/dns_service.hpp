#pragma once

#include "imageserver/dns/zone_files.hpp"
#include "imageserver/service/configured_service.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <mutex>
#include <string>

namespace dim::server {

/// BIND on one image server's bootnet address: the names and addresses of the whole cluster, and
/// no others.
class DnsService {
public:
    struct Settings {
        model::ComponentName server;  ///< which of the cluster's servers this is
        std::string directory;        ///< STATE/services/named; made if missing
        model::Ipv4Address address;   ///< the server's on its bootnet
        std::uint16_t port = 53;
        std::string user = "bind";  ///< whom named runs as; must be able to enter DIRECTORY
        std::string program = "/usr/sbin/named";
        std::string checker = "/usr/bin/named-checkconf";
    };

    /// CONTROL outlives this.
    DnsService(ServiceControl& control, Settings settings);

    /// Makes named answer for DEFINITION when its services.dns is bind, or ends it. The zones are
    /// read again, with a new serial, only when they say something else. Blocks. Errors: see
    /// ConfiguredService::apply.
    Result<void> apply(const cluster::Definition& definition);
    /// Whether apply() would make named read its zones again, start or end.
    Result<std::optional<std::string>> reload_reason(const cluster::Definition& definition) const;
    /// Ends named; one that does not run is success. Blocks.
    Result<void> stop();
    /// False when nobody wants named to run: then its status is of no interest.
    bool is_wanted() const;
    /// Named "named".
    api::ServiceStatus status() const;

private:
    Result<void> run(const cluster::Definition& definition);
    ZoneFiles zone_files() const;
    ZoneFiles::Render zones_of(const cluster::Definition& definition) const;
    Result<ConfigFile> configuration_of(const ZoneFiles::Written& zones) const;
    /// The serial of the zones that named was last told to serve.
    std::optional<std::uint32_t> installed_serial() const;
    std::string configuration_path() const { return settings_.directory + "/named.conf"; }

    ServiceControl& control_;
    Settings settings_;
    ConfiguredService service_;
    std::mutex apply_mutex_;
    mutable std::mutex wanted_mutex_;
    bool is_wanted_ = false;
};

}  // namespace dim::server
