#pragma once

#include "imageserver/image/image_paths.hpp"
#include "libdim/manifest/scan_cache.hpp"
#include "libdim/model/master_source.hpp"
#include "libdim/model/names.hpp"

#include <optional>

namespace dim::server {

/// What the last look at the master of IMAGE saw, to be quick the next time; none when it was not
/// SOURCE, or what is kept is damaged, as by a kill.
std::optional<manifest::ScannedTree> known_master(const ImagePaths& paths,
                                                  const model::ImageName& image,
                                                  const model::MasterSource& source);

/// As well as it can: without it all is read again.
void remember_master(const ImagePaths& paths, const model::ImageName& image,
                     const model::MasterSource& source, const manifest::ScannedTree& tree);
void forget_master(const ImagePaths& paths, const model::ImageName& image);

}  // namespace dim::server
