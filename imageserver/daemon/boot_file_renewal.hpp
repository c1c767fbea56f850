#pragma once

#include "imageserver/api/lanes.hpp"
#include "imageserver/blade/alerts.hpp"
#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/state/wall_clock.hpp"

#include <atomic>
#include <functional>
#include <vector>

namespace dim::server {

/// Renews boot files whose image has a kernel of its own that may have changed, where the edit that
/// made the generation did not: it was killed, or failed. Makes those of platforms that came into
/// the cluster definition. Its lanes end before it does.
class BootFileRenewal {
public:
    /// NAME_BOOT_FILES tells the DHCP server. The references outlive this.
    BootFileRenewal(BootFiles& files, ImageLanes& lanes, Alerts& alerts, const WallClock& clock,
                    std::function<void()> name_boot_files)
        : files_(files),
          lanes_(lanes),
          alerts_(alerts),
          clock_(clock),
          name_boot_files_(std::move(name_boot_files)) {}

    /// Begins to, each in the lane of its image; nothing while the former call still works. What
    /// fails is an alert until it succeeds.
    void renew();

private:
    using Images = std::vector<model::ImageName>;
    void forget_mended(const char* kind, const Images& images);
    void renew_one(const model::ImageName& image);
    void complete_one(const model::ImageName& image);

    BootFiles& files_;
    ImageLanes& lanes_;
    Alerts& alerts_;
    const WallClock& clock_;
    std::function<void()> name_boot_files_;
    std::atomic<int> working_{0};  ///< images
};

}  // namespace dim::server
