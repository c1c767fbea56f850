#pragma once

#include "imageserver/boot/boot_change.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

/// The SQL of boots and stories.
namespace dim::server {

/// Newest first.
Result<std::vector<BootRecord>> load_boots(Transaction& transaction,
                                           const model::ComponentName& blade, std::size_t limit);
/// The newest of every blade.
Result<std::vector<BootRecord>> load_newest_boots(Transaction& transaction);
/// The newest boots that may be silent at UPTIME_US, and are not known to be lost.
Result<std::vector<BootRecord>> load_silent_boots(Transaction& transaction, std::int64_t uptime_us);
/// Looks again at every boot that is not known to be lost, from UPTIME_US on: what was stored is of
/// a former daemon, and perhaps of a clock that has begun anew since.
Result<void> watch_boots_from(Transaction& transaction, std::int64_t uptime_us);
/// Errors: not_found.
Result<BootRecord> load_boot(Transaction& transaction, std::int64_t key);

/// Stores the record, under its key, or a new one if it has none, and the story; forgets what is
/// too old. Returns the record's key.
Result<std::int64_t> store_change(Transaction& transaction, const BootChange& change);
/// The boots of the blade that are newer than BOOT were no boots: their story becomes its.
Result<void> fold_newer_boots(Transaction& transaction, const BootRecord& boot);

/// BOOT 0: none.
Result<void> store_story(Transaction& transaction, const model::ComponentName& blade,
                         std::int64_t boot, const std::vector<StoryLine>& story);
Result<std::vector<api::StoryEvent>> load_story(Transaction& transaction,
                                                const model::ComponentName& blade);

}  // namespace dim::server
