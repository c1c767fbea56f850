#pragma once

#include "imageserver/edit/sync_journal.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <functional>
#include <map>
#include <span>
#include <vector>

namespace dim::server {

/// How a sync is taken back.
struct SyncUndo {
    /// Which blades go back to which generation.
    std::map<model::Generation, std::vector<model::ComponentName>> back;
    /// Those that do not: "left", or "current" where they are back already.
    std::vector<api::SyncOutcome> others;
};

/// SYNC is to be taken back of what BLADE_IMAGES are by now; IS_OURS: whether there is such a
/// blade.
SyncUndo plan_undo(const SyncJournal::Entry& sync, std::span<const api::BladeImage> blade_images,
                   const std::function<bool(const model::ComponentName&)>& is_ours);

/// Errors: conflict when a generation that SYNC is about is another one by now: its image was
/// removed and made anew. What it held is compared; where that was not kept, when it was made.
Result<void> check_same_image(const SyncJournal::Entry& sync,
                              std::span<const api::ImageGeneration> generations);

}  // namespace dim::server
