#pragma once

#include "imageserver/blade/roster.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/cluster_messages.hpp"
#include "libdim/base/result.hpp"

#include <optional>
#include <string>

namespace dim::server {

/// A standard daemon that serves what the database and the roster say. Calls block; any thread may
/// call.
class AppliedService {
public:
    virtual ~AppliedService() = default;

    /// Brings the daemon in line with the database and the roster in force; one whose configuration
    /// stays the same is left alone. Errors: why it does not serve what they say.
    virtual Result<void> apply() = 0;
    /// Which daemon apply() would make read its configuration again, start or end if NEXT were in
    /// force, and why; nothing when none.
    virtual Result<std::optional<api::ServiceReload>> reloaded_by(const Roster& next) = 0;
    /// Nothing when nobody wants it to run.
    virtual std::optional<api::ServiceStatus> status() const = 0;
};

}  // namespace dim::server
