#pragma once

#include "imageserver/nfs/nfs_server.hpp"
#include "imageserver/service/configured_service.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/model/ipv4.hpp"

#include <string>

namespace dim::server {

/// NFS-Ganesha, which runs as a service of ours.
class GaneshaServer final : public NfsServer {
public:
    /// ADDRESS is where to serve, DIRECTORY has its files; CONTROL and DATABASE, which keeps the
    /// numbers of exports, outlive this.
    GaneshaServer(ServiceControl& control, Database& database, model::Ipv4Address address,
                  std::string directory);

    Result<void> offer(std::span<const api::NfsExport> exports) override;
    Result<void> check() override;
    bool has_served() const override { return service_.has_loaded(); }
    Result<void> end() override;
    std::string root() const override { return {}; }
    api::ServiceStatus status() const override { return service_.status(); }

private:
    ServiceControl& control_;
    Database& database_;
    model::Ipv4Address address_;
    std::string directory_;
    ConfiguredService service_;
};

}  // namespace dim::server
