#pragma once

#include "imageserver/blade/blade_status.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace dim::server {

extern const Migration kChassisMigration;

/// SAID now, of a module that said BEFORE: what has the same power as before has it since then.
api::ChassisStatus with_power_since(api::ChassisStatus said, const api::ChassisStatus& before,
                                    model::Timestamp now);

/// What the management modules said, kept in the database. Any thread may call.
class ChassisKnowledge {
public:
    /// DATABASE outlives this.
    explicit ChassisKnowledge(Database& database) : database_(database) {}

    /// What former daemons knew. It is as old as the time of day says; of a time that is yet to
    /// come, only who is asked knows.
    Result<void> load(Moment now);

    /// These are the modules there are: others are forgotten.
    Result<void> follow(const std::vector<model::ComponentName>& modules);

    /// MODULE said this; true when it is anything new. It must be one of those followed.
    Result<bool> note_answer(api::ChassisStatus said, Moment now);
    /// MODULE was not asked, or did not answer: what it said before stays. True when it is new.
    bool note_problem(const model::ComponentName& module, const Error& problem);

    /// In the order of the names.
    std::vector<api::ChassisStatus> statuses(Moment now) const;
    std::map<model::ComponentName, SeenOff> seen_off() const;

private:
    struct Known {
        api::ChassisStatus status;  ///< without age
        std::int64_t asked_us = 0;  ///< when it answered, on the server's CLOCK_BOOTTIME
    };

    ReportDatabase database_;
    mutable std::mutex mutex_;
    std::map<model::ComponentName, Known> known_;
};

}  // namespace dim::server
