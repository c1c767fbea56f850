#pragma once

#include "imageserver/api/router.hpp"
#include "imageserver/blade/alert_log.hpp"
#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/blade_log.hpp"
#include "imageserver/blade/roster.hpp"
#include "libdim/api/admin_messages.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace dim::server {

/// GET /v1/status and GET /v1/blades/{name}: what is, as observed.
class StatusResource {
public:
    struct Settings {
        std::function<std::vector<api::ServiceStatus>()> services;
        std::function<model::Timestamp()> clock;
    };

    /// The references outlive this.
    StatusResource(Settings settings, const Roster& roster, Assignments& assignments, BladeLog& log,
                   const AlertLog& alerts)
        : settings_(std::move(settings)),
          roster_(roster),
          assignments_(assignments),
          log_(log),
          alerts_(alerts) {}

    /// ROUTER must not outlive this.
    void add_routes(Router& router);

    Result<api::ClusterStatus> cluster_status() const;
    /// NAME: coordinate or linear. Errors: not_found.
    Result<api::BladeStory> blade_story(std::string_view name) const;

private:
    http::Reply watch() const;

    Settings settings_;
    const Roster& roster_;
    Assignments& assignments_;
    BladeLog& log_;
    const AlertLog& alerts_;
};

}  // namespace dim::server
