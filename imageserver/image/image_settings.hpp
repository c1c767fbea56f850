#pragma once

#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_paths.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"

#include <string>

namespace dim::server {

/// Whether PATH, absolute, leads to a program in the tree that a blade sees: the golden image with
/// the shared root over it. Links are followed as a blade would.
bool has_program(const manifest::Manifest& golden, const manifest::Manifest& shared,
                 const std::string& path);

/// POLICY as it is kept, with IMAGE's name for what is wrong. Errors: invalid_input and
/// limit_exceeded for rules that are none, or files that are not merged by anybody.
Result<api::SyncPolicy> check_policy(api::SyncPolicy policy, const model::ImageName& image);

/// As Images::set_image().
Result<void> set_image(const api::SetImage& request, const ImagePaths& paths,
                       ImageCatalog& catalog);

}  // namespace dim::server
