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
/// The newest boots that are silent at NOW, and not known to be lost.
Result<std::vector<BootRecord>> load_silent_boots(Transaction& transaction, model::Timestamp now);
/// Errors: not_found.
Result<BootRecord> load_boot(Transaction& transaction, std::int64_t key);

/// Stores the record, under a new key if it has none, and the story; forgets what is too old.
/// Returns the record's key.
Result<std::int64_t> store_change(Transaction& transaction, const BootChange& change);
/// The boots of the blade that are newer than BOOT were no boots: their story becomes its.
Result<void> fold_newer_boots(Transaction& transaction, const BootRecord& boot);

/// BOOT 0: none.
Result<void> store_story(Transaction& transaction, const model::ComponentName& blade,
                         std::int64_t boot, const std::vector<StoryLine>& story);
Result<std::vector<api::StoryEvent>> load_story(Transaction& transaction,
                                                const model::ComponentName& blade);

}  // namespace dim::server
