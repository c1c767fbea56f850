#pragma once

#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <string>

namespace dim::server {

/// Writes the files that differ per blade into a blade image. Any thread may call.
class BladeOverrides {
public:
    virtual ~BladeOverrides() = default;

    /// Into a new blade image of IMAGE, mounted at MOUNT_POINT; all is on the device afterwards. No
    /// link in the image is followed. What it leaves half done goes with the blade image. Errors:
    /// conflict for what is in the way in the image; invalid_input for a wrong template; each names
    /// the file.
    virtual Result<void> write(const model::ComponentName& blade, const api::ImageSummary& image,
                               const std::string& mount_point) = 0;
};

}  // namespace dim::server
