#pragma once

#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_paths.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// What is where images and blade images are kept and CATALOG does not know, each with why it could
/// not be adopted. What has no name of ours is not looked at.
Result<std::vector<api::UnknownFile>> find_unknown_files(const ImagePaths& paths,
                                                         ImageCatalog& catalog);

/// Those that have a directory for their images.
std::vector<model::ComponentName> blades_with_files(const ImagePaths& paths);

/// An image as its files tell it.
struct FoundImage {
    std::vector<model::Generation> generations;  ///< at least one, ascending
    std::uint64_t blade_image_bytes;             ///< of the newest
    model::Timestamp created;                    ///< of the newest
};
/// Errors: not_found when there is none; those of check_whole_file.
Result<FoundImage> find_image_files(const model::ImageName& name, const ImagePaths& paths);

/// The first-level directories of a shared root mounted at DIRECTORY.
Result<std::vector<std::string>> shared_names(const std::string& directory);

}  // namespace dim::server
