#pragma once

#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_paths.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"

namespace dim::server {

/// What the newest generation of an image is made of. Errors: not_found; invalid_input when a
/// manifest is damaged.
Result<api::ImageDetails> inspect_image(const model::ImageName& name, const ImagePaths& paths,
                                        ImageCatalog& catalog);

/// Compares the newest generation's shared root, which is mounted, with its manifest. Errors:
/// not_found; conflict when it has none; each with the cure.
Result<api::ImageCheck> check_shared_root(const api::ImageSummary& image, const ImagePaths& paths);

}  // namespace dim::server
