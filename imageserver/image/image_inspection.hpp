#pragma once

#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_paths.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/compare.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// What the newest generation of an image is made of. Errors: not_found; invalid_input when a
/// manifest is damaged.
Result<api::ImageDetails> inspect_image(const model::ImageName& name, const ImagePaths& paths,
                                        ImageCatalog& catalog);

/// Of a path of a tree, for people and programs: text, whatever bytes it has.
std::string path_text(const std::string& path);
/// The first of them, as many as a message takes.
std::vector<api::TreeDifference>
tell_differences(const std::vector<manifest::Difference>& differences);

/// Compares the newest generation's shared root, which is mounted, with its manifest. Errors:
/// not_found; conflict when it has none; each with the cure.
Result<api::ImageCheck> check_shared_root(const api::ImageSummary& image, const ImagePaths& paths);

}  // namespace dim::server
