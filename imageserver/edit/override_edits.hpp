#pragma once

#include "imageserver/edit/edit.hpp"
#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/override/overrides.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/api/override_messages.hpp"

namespace dim::server {

/// Looks at what differs per blade in blade images, and writes it anew. Calls take long; apply one
/// at a time for each image.
class OverrideEdits {
public:
    /// The references outlive this.
    OverrideEdits(Overrides& overrides, Images& images, EditedBlades blades)
        : overrides_(overrides), images_(images), blades_(blades) {}

    /// A blade without an image is left out. Errors: invalid_input; not_found for one that is no
    /// blade of ours.
    Result<api::OverrideList> look(const api::OverrideQuery& query);
    /// Goes on after a failure. Errors: the first, and how many there are.
    Result<Edit> apply(const api::ApplyOverrides& request, const Progress& progress);
    /// Writes what is outdated in one blade image, now that templates or the definition changed;
    /// nothing for one that is gone by now, or whose blade is none of ours any more. Errors: the
    /// first.
    Result<void> renew(const model::ComponentName& blade, const model::ImageName& image);

private:
    Result<Overrides::Plan> plan(const api::BladeImage& image);
    api::ImageOverrides describe(const api::BladeImage& image, const api::OverrideQuery& query);
    Result<Overrides::Outcome> write(const model::ComponentName& blade,
                                     const model::ImageName& image, Overrides::Changed changed,
                                     const std::string& why);

    Overrides& overrides_;
    Images& images_;
    EditedBlades blades_;
};

}  // namespace dim::server
