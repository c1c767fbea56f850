#pragma once

#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_plan.hpp"
#include "imageserver/boot/boot_record.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/nfs/nfs_exports.hpp"

#include <optional>
#include <string>

namespace dim::server {

/// What proves that a report comes from the boot it is about: nobody can guess it.
Result<std::string> new_boot_token();

/// What a blade is to mount: the image assigned to it, once that is there, mounted and offered. Any
/// thread may call.
class BootPlanner {
public:
    /// SERVER is our address on the bootnet. The references outlive this.
    BootPlanner(model::Ipv4Address server, Assignments& assignments, Images& images,
                NfsExports& exports)
        : server_(server), assignments_(assignments), images_(images), exports_(exports) {}

    /// The plan of a blade whose image is served already, or why it gets none; nothing when it must
    /// be mounted or offered first. Waits for no reload. Errors: those of plan_boot.
    Result<std::optional<api::BootPlan>> plan_at_once(const RosterEntry& entry,
                                                      const api::BootRequest& request) const;
    /// Mounts and offers the image before. May wait for the NFS server. Errors: those of plan_boot
    /// and of NfsExports::ensure_served.
    Result<api::BootPlan> plan(const RosterEntry& entry, const api::BootRequest& request);

    /// What the running blade of BOOT is to mount now: the shared root of the generation that its
    /// image is of, when it has another and that one is served. Waits for no reload.
    Result<std::optional<api::SharedRoots>> move_at_once(const BootRecord& boot, Moment now) const;

private:
    Result<BootPlanFacts> facts(const RosterEntry& entry) const;

    model::Ipv4Address server_;
    Assignments& assignments_;
    Images& images_;
    NfsExports& exports_;
};

}  // namespace dim::server
