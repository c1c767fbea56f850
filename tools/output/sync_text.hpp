#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/api/sync_messages.hpp"
#include "tools/output/fold_names.hpp"

#include <string>
#include <vector>

namespace dim::tool {

/// A line for the blades of each outcome, then what stays as blades have it and why; of a dry run
/// what would change, too. FOLD: "s01c1b[01-14]" for blades.
std::string sync_text(const api::SyncReport& report, const FoldNames& fold);

/// "3 created, 1 changed, 2 conflicts"
std::string amounts_text(const api::SyncOutcome& outcome);
/// What there is to say of WHAT ("s01c1b01") besides its line.
std::string outcome_details(const api::SyncOutcome& outcome, const std::string& what);

/// Which blades have which generation of their images, and whether that is the newest.
struct SyncStatus {
    struct Group {
        model::ImageName image;
        model::Generation newest;
        model::Generation generation;  ///< that these blades' images are of
        /// "current", "behind", "pinned"; "waiting": it runs with another generation's shared root.
        std::string state;
        std::vector<model::ComponentName> blades;
        std::uint64_t conflicts = 0;  ///< that are open, of all of them
    };
    std::vector<Group> groups;
};
SyncStatus sync_status_of(const std::vector<api::ImageSummary>& images,
                          const std::vector<api::BladeImage>& blade_images,
                          const std::vector<api::BladeStatus>& blades,
                          const std::vector<api::SyncConflictCount>& conflicts);
std::string sync_status_text(const SyncStatus& status, const FoldNames& fold);
std::string sync_status_json(const SyncStatus& status);

}  // namespace dim::tool
