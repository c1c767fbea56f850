#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/identity/identity.hpp"
#include "imageserver/state/wall_clock.hpp"

#include <string>

namespace dim::server {

/// What is due every now and then, whatever happens. One thread calls.
class Upkeep {
public:
    /// The references outlive this.
    Upkeep(BootJournal& journal, Alerts& alerts, Identity& identity, const WallClock& clock)
        : journal_(journal), alerts_(alerts), identity_(identity), clock_(clock) {}

    /// What the caller has to do now.
    struct Due {
        bool use_new_certificate = false;
        bool collect_boot_files = false;
    };
    /// Call it once a second.
    Due tick();

private:
    void note_failure(const Result<void>& done);
    bool renew_certificate();

    BootJournal& journal_;
    Alerts& alerts_;
    Identity& identity_;
    const WallClock& clock_;
    int ticks_ = 0;
    std::string last_failure_;
};

}  // namespace dim::server
