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

Result<void> check_same_image(const api::LoggedSync& sync,
                              std::span<const api::ImageGeneration> generations) {
    for (const api::ImageGeneration& generation : generations) {
        const bool is_meant =
            generation.generation == sync.generation ||
            std::ranges::find(sync.from, generation.generation) != sync.from.end();
        if (!is_meant || generation.created <= sync.began) continue;
        return fail(Error(ErrorCode::conflict, "generation " + to_string(generation.generation) +
                                                   " of " + to_string(sync.image) +
                                                   " was made after sync " +
                                                   std::to_string(sync.number) + " had begun")
                        .with_cure("dim sync image " + to_string(sync.image) + " --generation N"));
    }
    return {};
}

}  // namespace dim::server
