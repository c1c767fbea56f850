#pragma once

#include "imageserver/blade/standing_alert.hpp"
#include "imageserver/cluster/cluster_revisions.hpp"
#include "imageserver/edit/override_edits.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/image_messages.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

extern const Migration kOverrideRenewalMigration;

/// Writes what differs per blade into all blade images anew once what it is made of has changed:
/// the templates, the cluster definition in force, MACs that were learned, or DIM. What a blade
/// changed itself is kept. Which state they were written of last is in the database, so a killed
/// one is done again. One thread calls at a time, but looks at the clock in none.
class OverrideRenewal {
public:
    /// The references outlive this. DIRECTORY is that of the templates.
    OverrideRenewal(OverrideEdits& edits, Images& images, ClusterRevisions& revisions,
                    Database& database, Alerts& alerts, const WallClock& clock,
                    std::string directory)
        : edits_(edits),
          images_(images),
          revisions_(revisions),
          database_(database),
          clock_(clock),
          directory_(std::move(directory)),
          alert_(alerts, "overrides", directory_) {}

    /// Looks whether blade images are to be written anew, and begins to: all when what they are
    /// made of has changed; now and then those that came meanwhile, from the trash or by another
    /// name, and those that failed. What changed since the last look is still being edited: it
    /// waits for the next one. Errors: of the database; limit_exceeded for more files than
    /// templates can be.
    Result<bool> begin();
    /// The image of the blade image that is next; nothing when all were written.
    std::optional<model::ImageName> next() const;
    /// Writes it; for who works on its image alone. What fails is tried again after RETRIES looks.
    void write_next();
    /// After the last one.
    Result<void> finish();

    static constexpr int kRetries = 60;
    static constexpr int kLooksForNew = 12;

private:
    using Key = std::pair<model::ComponentName, model::ImageName>;
    /// Of images that came, and of what failed.
    Result<void> gather_rest();
    Result<std::string> sources() const;
    Result<std::string> written_sources();

    OverrideEdits& edits_;
    Images& images_;
    ClusterRevisions& revisions_;
    Database& database_;
    const WallClock& clock_;
    std::string directory_;
    StandingAlert alert_;
    std::string looked_at_;  ///< the sources at the last look
    std::string tried_;      ///< the sources of the last pass over all
    int looks_ = 0;
    std::set<Key> known_;  ///< written of TRIED, or there when it was recorded
    std::set<Key> failed_;
    std::vector<Key> rest_;
    std::vector<Error> problems_;
};

}  // namespace dim::server
