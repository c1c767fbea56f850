#pragma once

#include "imageserver/apply/applied_service.hpp"
#include "imageserver/nfs/nfs_exports.hpp"

namespace dim::server {

/// Their images for the blades of the roster, by the NFS server.
class BladeExports final : public AppliedService {
public:
    /// The references outlive this.
    BladeExports(NfsExports& exports, const Roster& roster) : exports_(exports), roster_(roster) {}

    /// What the NFS server was last told to offer.
    std::vector<api::NfsExport> offered() const { return exports_.exports(); }

    Result<void> apply() override;
    Result<std::optional<api::ServiceReload>> reloaded_by(const Roster& next) override;
    std::optional<api::ServiceStatus> status() const override { return exports_.status(); }

private:
    NfsExports& exports_;
    const Roster& roster_;
};

}  // namespace dim::server
