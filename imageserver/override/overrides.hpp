#pragma once

#include "imageserver/blade/roster.hpp"
#include "imageserver/image/blade_overrides.hpp"
#include "imageserver/override/blade_identities.hpp"
#include "imageserver/override/override_journal.hpp"
#include "imageserver/override/override_plan.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/base/result.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// What differs per blade in its image (docs/overrides.md): the templates of a directory, and what
/// DIM writes by itself, with words of the cluster definition in force. Everything is rendered when
/// it is asked for, so a changed template or definition counts from the next call on. Any thread
/// may call, for one image of a blade one at a time.
class Overrides final : public BladeOverrides {
public:
    struct Settings {
        std::string directory;       ///< of templates; it need not be there
        std::string keys_directory;  ///< ssh host keys of blades
    };
    /// The references outlive this.
    Overrides(Settings settings, Database& database, const Roster& roster, const WallClock& clock)
        : settings_(std::move(settings)),
          identities_(settings_.keys_directory, database),
          journal_(database),
          roster_(roster),
          clock_(clock) {}

    Result<void> write(const model::ComponentName& blade, const api::ImageSummary& image,
                       const std::string& mount_point) override;

    struct Plan {
        std::vector<PlannedFile> files;
        std::vector<IdleRule> idle;
        OverrideJournal::Entries journal;
    };
    /// Looks only; but identities that are missing are made. Errors: those of templates.
    Result<Plan> plan(const model::ComponentName& blade, const api::ImageSummary& image,
                      const std::string& mount_point);

    /// What was written into the image IMAGE of a blade; by path.
    Result<OverrideJournal::Entries> written(const model::ComponentName& blade,
                                             const model::ImageName& image) {
        return journal_.entries({blade, image});
    }

    /// Whether what the blade changed itself is replaced.
    enum class Changed { kept, replaced };
    struct Outcome {
        std::size_t written = 0;
        std::size_t kept = 0;  ///< that the blade changed itself
        std::vector<Error> problems = {};
    };
    /// Writes what is missing or outdated in a blade image that may be in use. Killed at any
    /// instant, each file is the old or the new one, and the next call goes on. Errors: those of
    /// templates; io.
    Result<Outcome> apply(const model::ComponentName& blade, const api::ImageSummary& image,
                          const std::string& mount_point, Changed changed);

private:
    Result<WantedFiles> render(const model::ComponentName& blade, const api::ImageSummary& image,
                               const BladeRoot& root);

    Settings settings_;
    BladeIdentities identities_;
    OverrideJournal journal_;
    const Roster& roster_;
    const WallClock& clock_;
};

}  // namespace dim::server
