#pragma once

#include "imageserver/api/lanes.hpp"
#include "imageserver/daemon/override_renewal.hpp"
#include "imageserver/image/image_store.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

namespace dim::server {

/// What is done to blade images by itself: one after the other, each in the lane of its image, so
/// that what administrators ask of that image goes between. Its lanes end before it does.
class BladeImageUpkeep {
public:
    /// DAYS: so long after it was examined a blade image is examined again; 0: never. The
    /// references outlive this.
    BladeImageUpkeep(OverrideRenewal& renewal, ImageStore& images, ImageLanes& lanes,
                     Alerts& alerts, const WallClock& clock, std::uint32_t days)
        : renewal_(renewal),
          images_(images),
          lanes_(lanes),
          alerts_(alerts),
          clock_(clock),
          days_(days) {}

    // Each returns at once, and does nothing while the former one still works.
    /// Writes overrides anew that are outdated (OverrideRenewal).
    void renew_overrides();
    /// Examines what is due (ImageStore::checks_due). One that is damaged becomes an alert, which
    /// is forgotten at the first check after it was mended or deleted; one that could not be
    /// examined is left alone for a day.
    void check();

private:
    using Key = ImageStore::BladeImageKey;
    void write_next();
    void forget_mended();
    void gather_due();
    void check_next();
    void check_one(const Key& key);

    OverrideRenewal& renewal_;
    ImageStore& images_;
    ImageLanes& lanes_;
    Alerts& alerts_;
    const WallClock& clock_;
    std::uint32_t days_;
    std::atomic<bool> is_renewing_{false};
    std::atomic<bool> is_checking_{false};
    // Touched by the check that is under way alone.
    std::vector<Key> due_;                 ///< the next one last
    std::map<Key, std::int64_t> refused_;  ///< when it could not be examined: uptime
};

}  // namespace dim::server
