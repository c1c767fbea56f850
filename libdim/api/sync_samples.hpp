#pragma once

#include "libdim/api/image_samples.hpp"
#include "libdim/api/sync_messages.hpp"
#include "libdim/api/value_samples.hpp"

/// Syncs of blade images. See message_samples.hpp.
namespace dim::api::samples {

inline SyncImage sync_image() {
    return {
        image(), generation(), {blade()}, true, model::ConflictPolicy::overwrite, {"- /etc/motd"},
        5};
}
inline SyncOutcome sync_outcome() {
    return {.blades = {blade()},
            .state = "synced",
            .from = generation(),
            .to = generation(),
            .created = 1,
            .changed = 2,
            .removed = 3,
            .conflict_count = 1,
            .conflicts = {{"/etc/motd", "it was changed here, and in the newer generation"}},
            .kept_out_count = 1,
            .kept_out = {{"/var/app", "- /var/app (cluster)"}},
            .merged = {"/etc/passwd"},
            .differences = {tree_difference()},
            .problem = problem()};
}
inline SyncReport sync_report() { return {image(), generation(), true, {sync_outcome()}}; }
inline SyncLine sync_line() { return {"sync s01c1b01", 1, 2, sync_report(), problem()}; }
inline SyncLogQuery sync_log_query() { return {image(), blade(), 20}; }
inline LoggedSync logged_sync() {
    return {.number = 14,
            .image = image(),
            .from = {generation()},
            .generation = generation(),
            .began = time(),
            .ended = time(),
            .by = "root",
            .options = "--overwrite",
            .blades = 5,
            .moved = 3,
            .failed = 1,
            .changed_paths = 12,
            .conflicts = 2,
            .kept_out = 4,
            .undoes = 13,
            .undone_by = 15,
            .outcome = sync_outcome(),
            .is_of_removed = true};
}
inline SyncConflictQuery sync_conflict_query() {
    return {image(), {blade()}, {"/etc/motd"}, true, true};
}
inline SyncConflict sync_conflict() {
    return {.blade = blade(),
            .image = image(),
            .path = "/etc/motd",
            .reason = "it was changed here, and in the newer generation",
            .older = generation(),
            .newer = generation(),
            .since = time(),
            .sides = SyncConflictSides{"file 0644 0:0 12 bytes, 5891b5b5", "nothing", "symlink"}};
}
inline SyncConflictList sync_conflict_list() {
    return {7, {sync_conflict()}, {{blade(), image(), 7}}};
}
inline ResolveConflicts resolve_conflicts() {
    return {image(), {blade()}, {"/etc/motd"}, "generation"};
}
inline UndoSync undo_sync() { return {image(), 14, true}; }
inline SyncLog sync_log() { return {{logged_sync()}}; }

}  // namespace dim::api::samples
