#pragma once

#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/images.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

namespace dim::server {

/// Mounts the file system of an image's shared roots where the server writes it, unless it is.
/// Returns how it was before. Errors: those of mount_file.
Result<MountState> mount_shared_file_system(const model::ImageName& image, const ImagePaths& paths);

/// Mounts the shared root of a generation where the server writes it and, read-only, where blades
/// are shown it, unless both are so already, and protected as mount_file does it. Errors: those of
/// mount_file.
Result<void> mount_shared_root(const model::ImageName& image, model::Generation generation,
                               const ImagePaths& paths);

}  // namespace dim::server
