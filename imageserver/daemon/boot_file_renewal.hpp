#pragma once

#include "imageserver/api/lanes.hpp"
#include "imageserver/apply/blade_dhcp.hpp"
#include "imageserver/blade/alerts.hpp"
#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/state/wall_clock.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace dim::server {

/// Makes boot files that are missing: of generations whose kernel may be another one, where the
/// edit that made the generation did not, being killed, or failed; and those that were lost. Makes
/// those of platforms that came into the cluster definition, and has those made again that failed
/// when DHCP was told. Its lanes end before it does.
class BootFileRenewal {
public:
    struct Dhcp {
        std::function<void()> tell;                             ///< which boot files there are
        std::function<std::vector<MissingBootFile>()> missing;  ///< when it was told last
    };
    /// The references outlive this.
    BootFileRenewal(BootFiles& files, ImageLanes& lanes, Alerts& alerts, const WallClock& clock,
                    Dhcp dhcp)
        : files_(files), lanes_(lanes), alerts_(alerts), clock_(clock), dhcp_(std::move(dhcp)) {}

    /// Begins to, each in the lane of its image; nothing while the former call still works. What
    /// fails is an alert until it succeeds.
    void renew();

private:
    using Images = std::vector<model::ImageName>;
    using Origins = std::set<std::string>;
    void forget_mended(const char* kind, const Origins& origins);
    Origins tell_missing();
    void renew_one(const model::ImageName& image);
    void complete_one(const model::ImageName& image);

    BootFiles& files_;
    ImageLanes& lanes_;
    Alerts& alerts_;
    const WallClock& clock_;
    Dhcp dhcp_;
    /// Of tasks, too, that outlive this and never ran.
    std::shared_ptr<std::atomic<bool>> is_working_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace dim::server
