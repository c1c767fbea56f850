#pragma once

#include "imageserver/api/router.hpp"
#include "imageserver/apply/standard_services.hpp"
#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/disk_watch.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/chassis/chassis_knowledge.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/api/admin_messages.hpp"

#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dim::server {

/// GET /v1/status and GET /v1/blades/{name}: what is, as observed.
class StatusResource {
public:
    /// The references outlive this.
    StatusResource(const StandardServices& services, const Roster& roster, Assignments& assignments,
                   BootJournal& journal, const Alerts& alerts, const DiskWatch& disk,
                   const ChassisKnowledge& chassis, const WallClock& clock,
                   boost::asio::thread_pool& lane)
        : services_(services),
          roster_(roster),
          assignments_(assignments),
          journal_(journal),
          alerts_(alerts),
          disk_(disk),
          chassis_(chassis),
          clock_(clock),
          lane_(lane) {}

    /// ROUTER must not outlive this.
    void add_routes(Router& router);

    Result<api::ClusterStatus> cluster_status() const;
    /// NAME: coordinate or linear. Errors: not_found.
    Result<api::BladeStory> blade_story(std::string_view name) const;

private:
    /// What one watcher has been told.
    struct Watch;
    http::Reply watch() const;
    /// The line that is due for a watcher; nothing when it knows all. On the lane.
    std::optional<std::string> news_for(Watch& watch) const;

    const StandardServices& services_;
    const Roster& roster_;
    Assignments& assignments_;
    BootJournal& journal_;
    const Alerts& alerts_;
    const DiskWatch& disk_;
    const ChassisKnowledge& chassis_;
    const WallClock& clock_;
    boost::asio::thread_pool& lane_;
};

}  // namespace dim::server
