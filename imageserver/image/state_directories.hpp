#pragma once

#include "imageserver/image/image_paths.hpp"
#include "libdim/base/result.hpp"

namespace dim::server {

/// Makes the directories that images live in, for the server's root alone. Errors: conflict where
/// no image can be.
Result<void> make_directories(const ImagePaths& paths);

}  // namespace dim::server
