#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/sync_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

extern const Migration kSyncJournalMigration;

/// The syncs that were: who had them run, what became of which blade. Any thread may call.
class SyncJournal {
public:
    /// What is kept: so many syncs, of so many blades in all; the oldest go first.
    struct Bounds {
        std::uint64_t syncs = api::limits::kLoggedSyncs;
        std::uint64_t blades = 500'000;
    };
    struct Beginning {
        model::ImageName image;
        model::Timestamp began;
        std::string by;
        std::string options;
        std::optional<std::uint64_t> undoes = {};  ///< the sync that it takes back
    };
    /// One that is there wholly.
    struct Entry {
        api::LoggedSync sync;
        std::vector<api::SyncOutcome> outcomes;
    };

    /// DATABASE outlives this.
    explicit SyncJournal(Database& database) : SyncJournal(database, Bounds()) {}
    SyncJournal(Database& database, Bounds bounds) : database_(database), bounds_(bounds) {}

    /// Before any blade is touched. Its number.
    Result<std::uint64_t> begin(const Beginning& beginning);
    /// One transaction, however many blades there are. The sync that it takes back counts as taken
    /// back if no blade failed.
    Result<void> finish(std::uint64_t number, const api::SyncReport& report,
                        model::Timestamp ended);
    /// The last sync of IMAGE that can be taken back. Errors: not_found; conflict while another one
    /// after it has not ended.
    Result<Entry> last_to_undo(const model::ImageName& image);
    /// It touched nothing.
    Result<void> forget(std::uint64_t number);
    Result<api::SyncLog> read(const api::SyncLogQuery& query);

private:
    Database& database_;
    Bounds bounds_;
};

}  // namespace dim::server
