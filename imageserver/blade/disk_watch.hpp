#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/free_space_trend.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/image/provisioning.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/api/admin_messages.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace dim::server {

/// Watches the disk of the state directory: its figures for the status, and the alerts
/// "disk-space", when little is left or will be soon, and "not-reserved", when blade images do not
/// have the space that they were promised. Both go when they are cured.
class DiskWatch {
public:
    /// There is an alert when the disk is full in less time than this, at the present rate.
    static constexpr std::chrono::hours kSoon{1};

    struct Settings {
        std::string state_directory;
        Provisioning provisioning;
    };
    /// The references outlive this.
    DiskWatch(Settings settings, Images& images, Database& database, Alerts& alerts,
              const WallClock& clock)
        : settings_(std::move(settings)),
          images_(images),
          database_(database),
          alerts_(alerts),
          clock_(clock) {}

    /// Looks at the disk, and keeps the database's room. Call it every some seconds, in one thread.
    /// Errors: those of the database and of statfs(2).
    Result<void> look();
    /// Gives blade images the space that they should have. May take long.
    void reserve_blade_images();
    /// Nothing before the first look. Any thread may ask.
    std::optional<api::DiskStatus> status() const;

private:
    void alert(const DiskSpace& space, std::optional<std::chrono::seconds> left);

    Settings settings_;
    Images& images_;
    Database& database_;
    Alerts& alerts_;
    const WallClock& clock_;
    FreeSpaceTrend trend_;
    bool is_short_ = false;
    mutable std::mutex mutex_;
    std::optional<api::DiskStatus> status_;
};

}  // namespace dim::server
