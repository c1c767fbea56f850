#pragma once

#include "libdim/api/look_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <vector>

namespace dim::server {

/// Whether what is wrong with a file system is mended, as far as that needs no answers.
enum class Repair { no, yes };

/// Examines the file systems of blade images. One real implementation (ImageStore) and one fake.
/// Any thread may call, for each image one at a time; calls take long.
class BladeImageChecker {
public:
    virtual ~BladeImageChecker() = default;

    /// Examines a blade image while it is unmounted, and mounts it again. One that is exported is
    /// only asked for errors that the kernel met: its result is "damaged", or "not checked", which
    /// is not remembered. Errors: not_found; conflict while it is in use; limit_exceeded when there
    /// is no room for the copy that is mended.
    virtual Result<api::BladeImageCheck> check_blade_image(const model::ComponentName& blade,
                                                           const model::ImageName& image,
                                                           Repair repair) = 0;
    /// What came of the last one of each, by blade and image.
    virtual Result<std::vector<api::BladeImageCheck>> blade_image_checks() const = 0;
};

}  // namespace dim::server
