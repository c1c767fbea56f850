#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/disk_watch.hpp"
#include "imageserver/blade/neighbours.hpp"
#include "imageserver/blade/standing_alert.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/chassis/chassis_knowledge.hpp"
#include "imageserver/identity/identity.hpp"
#include "imageserver/state/wall_clock.hpp"

#include <memory>
#include <string>

namespace dim::server {

/// What is due every now and then, whatever happens. One thread calls.
class Upkeep {
public:
    /// How long before its end an authority that should be replaced is told of.
    static constexpr std::int64_t kAuthorityWarning = 365 * Identity::kDay;

    /// The references outlive this.
    Upkeep(BootJournal& journal, Alerts& alerts, Identity& identity, Neighbours& neighbours,
           DiskWatch& disk, const ChassisKnowledge& chassis, const WallClock& clock)
        : journal_(journal),
          alerts_(alerts),
          identity_(identity),
          neighbours_(neighbours),
          disk_(disk),
          chassis_(chassis),
          clock_(clock),
          used_certificate_(identity.certificate_number()) {}

    /// What the caller has to do now.
    struct Due {
        /// To be shown from now on; nothing when the one that is shown is good.
        std::shared_ptr<const tls::ServerSettings> new_certificate;
        bool collect_boot_files = false;
        bool renew_boot_files = false;
        bool reserve_blade_images = false;
        bool collect_trash = false;
        bool look_at_overrides = false;
        bool check_blade_images = false;
    };
    /// Call it once a second.
    Due tick();

private:
    Result<void> write_state();
    Result<void> find_lost();
    void note_failure(const Result<void>& done);
    void look_at_disk();
    void note_unwritable(const Error& error);
    void look_at_authority(Moment now);
    void look_at_certificate(Moment now);
    std::shared_ptr<const tls::ServerSettings> new_certificate();

    BootJournal& journal_;
    Alerts& alerts_;
    Identity& identity_;
    Neighbours& neighbours_;
    DiskWatch& disk_;
    const ChassisKnowledge& chassis_;
    const WallClock& clock_;
    StandingAlert authority_alert_{alerts_, "authority", "this image server"};
    StandingAlert certificate_alert_{alerts_, "certificate", "this image server"};
    std::uint64_t used_certificate_;  ///< Identity::certificate_number
    int ticks_ = 0;
    std::string last_failure_;
    std::string last_disk_failure_;
    /// The state could not be written, and was not since.
    bool is_unwritable_ = false;
};

}  // namespace dim::server
