#pragma once

#include "imageserver/apply/applied_service.hpp"
#include "imageserver/nfs/nfs_exports.hpp"
#include "imageserver/service/configured_service.hpp"

namespace dim::server {

/// Their images for the blades of the roster, by the NFS server.
class BladeExports final : public AppliedService {
public:
    /// The references outlive this. GANESHA is the service that EXPORTS tells.
    BladeExports(NfsExports& exports, const ConfiguredService& ganesha, const Roster& roster)
        : exports_(exports), ganesha_(ganesha), roster_(roster) {}

    /// What the NFS server was last told to offer.
    std::vector<api::NfsExport> offered() const { return exports_.exports(); }

    Result<void> apply() override;
    Result<std::optional<api::ServiceReload>> reloaded_by(const Roster& next) override;
    std::optional<api::ServiceStatus> status() const override { return ganesha_.status(); }

private:
    NfsExports& exports_;
    const ConfiguredService& ganesha_;
    const Roster& roster_;
};

}  // namespace dim::server
