#pragma once

#include "imageserver/edit/edit.hpp"
#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/image/blade_image_checker.hpp"
#include "imageserver/image/images.hpp"
#include "libdim/api/look_messages.hpp"

#include <cstdint>
#include <optional>

namespace dim::server {

/// Examines the file systems of blade images. Calls take long; one at a time for each image.
class BladeChecks {
public:
    /// DAYS: after so many a blade image is examined again by itself; 0: never. The references
    /// outlive this.
    BladeChecks(BladeImageChecker& images, EditedBlades blades, std::uint32_t days)
        : images_(images), blades_(blades), days_(days) {}

    /// Goes on after a failure. Errors: conflict when one is damaged, not_found and others when one
    /// could not be examined: the first, and how many there are.
    Result<Edit> run(const api::CheckBladeImages& request, const Progress& progress);
    Result<api::BladeImageCheckList> last() const;
    /// Why a blade image that is damaged needs somebody; nothing for one that is not.
    static std::optional<Error> problem_of(const api::BladeImageCheck& check);

private:
    BladeImageChecker& images_;
    EditedBlades blades_;
    std::uint32_t days_;
};

}  // namespace dim::server
