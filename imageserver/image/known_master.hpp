#pragma once

#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/tree_record.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/scan_cache.hpp"
#include "libdim/model/master_source.hpp"
#include "libdim/model/names.hpp"

#include <optional>
#include <string>

namespace dim::server {

/// What the last look at the master of IMAGE saw, to be quick the next time; none when it was not
/// SOURCE, or what is kept is damaged, as by a kill.
std::optional<TreeRecord> known_master(const ImagePaths& paths, const model::ImageName& image,
                                       const model::MasterSource& source);

/// Without it all is read again. Returns the digest of the tree's manifest.
Result<std::string> remember_master(const ImagePaths& paths, const model::ImageName& image,
                                    const model::MasterSource& source,
                                    const manifest::ScannedTree& tree);
void forget_master(const ImagePaths& paths, const model::ImageName& image);

}  // namespace dim::server
