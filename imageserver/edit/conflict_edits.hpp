#pragma once

#include "imageserver/edit/edit.hpp"
#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/override/overrides.hpp"
#include "libdim/api/sync_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace dim::server {

/// What syncs left as blades have it, though a generation changed it too: shown, and decided.
class ConflictEdits {
public:
    /// The references outlive this.
    ConflictEdits(Images& images, Overrides& overrides, EditedBlades blades)
        : images_(images), overrides_(overrides), blades_(blades) {}

    /// Errors: not_found for an image that there is not.
    Result<api::SyncConflictList> list(const api::SyncConflictQuery& query);
    /// Goes on after the failure of a blade, and tells the first. Errors: invalid_input; not_found
    /// when there is no such conflict; conflict for what a rule keeps, or the blade has in the way.
    Result<Edit> resolve(const api::ResolveConflicts& request, const Progress& progress);

private:
    /// What there is of IMAGE.
    Result<void> add(const model::ImageName& image, const api::SyncConflictQuery& query,
                     api::SyncConflictList& list);
    /// The same without the paths.
    Result<void> count(const model::ImageName& image, api::SyncConflictList& list);
    /// Of REQUEST, those of BLADE, as in a manifest.
    Result<std::vector<std::string>> choose(const api::ResolveConflicts& request,
                                            const model::ComponentName& blade);
    /// Adds to RESOLVED how many of PATHS are none any more. Errors: conflict when some still are.
    Result<void> take_generation(const model::ComponentName& blade, const model::ImageName& image,
                                 const std::vector<std::string>& paths, std::size_t& resolved);

    Images& images_;
    Overrides& overrides_;
    EditedBlades blades_;
};

}  // namespace dim::server
