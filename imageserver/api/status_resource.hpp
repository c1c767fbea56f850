#pragma once

#include "imageserver/api/router.hpp"
#include "imageserver/apply/standard_services.hpp"
#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/disk_watch.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/boot_file/next_boot_files.hpp"
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
    /// What is observed. All outlive this.
    struct Sources {
        const StandardServices& services;
        const Roster& roster;
        Assignments& assignments;
        const Images& images;
        const BootFiles& boot_files;
        BootJournal& journal;
        const Alerts& alerts;
        const DiskWatch& disk;
        const ChassisKnowledge& chassis;
        const WallClock& clock;
    };
    StatusResource(const Sources& sources, boost::asio::thread_pool& lane)
        : sources_(sources), lane_(lane) {}

    /// ROUTER must not outlive this.
    void add_routes(Router& router);

    Result<api::ClusterStatus> cluster_status() const;
    /// NAME: coordinate or linear. Errors: not_found.
    Result<api::BladeStory> blade_story(std::string_view name) const;

private:
    Result<std::optional<api::BootFile>>
    next_boot_file(const model::ComponentName& blade,
                   const std::optional<model::ImageName>& image) const;
    /// What one watcher has been told.
    struct Watch;
    http::Reply watch() const;
    /// The line that is due for a watcher; nothing when it knows all. On the lane.
    std::optional<std::string> news_for(Watch& watch) const;

    Sources sources_;
    boost::asio::thread_pool& lane_;
};

}  // namespace dim::server
