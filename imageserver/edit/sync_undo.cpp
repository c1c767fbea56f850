#include "imageserver/edit/sync_undo.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

using model::ComponentName;
using model::Generation;

SyncUndo plan_undo(const SyncJournal::Entry& sync, std::span<const api::BladeImage> blade_images,
                   const std::function<bool(const ComponentName&)>& is_ours) {
    std::map<ComponentName, Generation> have;
    for (const api::BladeImage& image : blade_images)
        if (image.image == sync.sync.image) have.emplace(image.blade, image.generation);
    SyncUndo undo;
    for (const api::SyncOutcome& outcome : sync.outcomes) {
        if ((outcome.state != "synced" && outcome.state != "waiting") || !outcome.from) continue;
        for (const ComponentName& blade : outcome.blades) {
            const auto found = have.find(blade);
            api::SyncOutcome other{.blades = {blade}, .state = "left"};
            if (found != have.end()) other.from = found->second;
            if (found == have.end() || !is_ours(blade)) {
                undo.others.push_back(std::move(other));
            } else if (found->second == sync.sync.generation) {
                undo.back[*outcome.from].push_back(blade);
            } else {
                if (found->second == *outcome.from) other.state = "current";
                undo.others.push_back(std::move(other));
            }
        }
    }
    return undo;
}

Result<void> check_same_image(const SyncJournal::Entry& sync,
                              std::span<const api::ImageGeneration> generations) {
    const api::LoggedSync& logged = sync.sync;
    for (const api::ImageGeneration& generation : generations) {
        const bool is_meant =
            generation.generation == logged.generation ||
            std::ranges::find(logged.from, generation.generation) != logged.from.end();
        if (!is_meant) continue;
        const auto known = sync.identities.find(generation.generation);
        const bool is_same = known == sync.identities.end()
                                 ? generation.created <= logged.began
                                 : known->second == identity_of(generation);
        if (is_same) continue;
        return fail(
            Error(ErrorCode::conflict, "generation " + to_string(generation.generation) + " of " +
                                           to_string(logged.image) +
                                           " is another one than that of sync " +
                                           std::to_string(logged.number))
                .with_cure("dim sync image " + to_string(logged.image) + " --generation N"));
    }
    return {};
}

}  // namespace dim::server
