#pragma once

#include "imageserver/apply/applied_service.hpp"
#include "imageserver/blade/assignments.hpp"
#include "imageserver/boot_file/next_boot_files.hpp"
#include "imageserver/dhcp/dhcp_service.hpp"

#include <vector>

namespace dim::server {

/// Addresses and boot files for the blades of the roster, by the DHCP server.
class BladeDhcp final : public AppliedService {
public:
    /// The references outlive this.
    BladeDhcp(DhcpService& dhcp, const Roster& roster, Assignments& assignments,
              const Images& images, const BootFiles& boot_files)
        : dhcp_(dhcp),
          roster_(roster),
          assignments_(assignments),
          images_(images),
          boot_files_(boot_files) {}

    /// What every blade that has a MAC is told.
    Result<std::vector<api::DhcpHost>> hosts() const { return hosts_of(roster_); }

    Result<void> apply() override;
    Result<std::optional<api::ServiceReload>> reloaded_by(const Roster& next) override;
    std::optional<api::ServiceStatus> status() const override { return dhcp_.status(); }

private:
    Result<std::vector<api::DhcpHost>> hosts_of(const Roster& roster) const;

    DhcpService& dhcp_;
    const Roster& roster_;
    Assignments& assignments_;
    const Images& images_;
    const BootFiles& boot_files_;
};

}  // namespace dim::server
