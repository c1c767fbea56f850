#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/api/sync_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dim::server {

extern const Migration kSyncJournalMigration;
extern const Migration kSyncBoundsMigration;
/// Needs the table image: syncs of a removed one are none of the next of that name.
extern const Migration kSyncImageMigration;

/// The syncs that were: who had them run, what became of which blade. Any thread may call.
class SyncJournal {
public:
    /// What is kept: so many syncs, of so many blades and bytes of outcomes in all; the oldest go
    /// first, the newest stays.
    struct Bounds {
        std::uint64_t syncs = api::limits::kLoggedSyncs;
        std::uint64_t blades = 500'000;
        std::uint64_t bytes = std::uint64_t{64} << 20;
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
        /// What the generations held that it is about, as identity_of(); those that are known.
        std::map<model::Generation, std::string> identities = {};
    };

    /// DATABASE outlives this.
    explicit SyncJournal(Database& database) : SyncJournal(database, Bounds()) {}
    SyncJournal(Database& database, Bounds bounds) : database_(database), bounds_(bounds) {}

    /// Before any blade is touched. Its number.
    Result<std::uint64_t> begin(const Beginning& beginning);
    /// One transaction, however many blades there are; GENERATIONS are those of the image. The sync
    /// that it takes back counts as taken back if no blade failed.
    Result<void> finish(std::uint64_t number, const api::SyncReport& report, model::Timestamp ended,
                        std::span<const api::ImageGeneration> generations = {});
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

/// By which a generation is known again, on whatever server and clock it was made; empty: none.
std::string identity_of(const api::ImageGeneration& generation);

}  // namespace dim::server
