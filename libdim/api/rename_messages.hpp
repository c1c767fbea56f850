#pragma once

#include "libdim/api/json.hpp"
#include "libdim/model/names.hpp"

/// What the administrator's programs and the daemon say to each other about names of images
/// (docs/api/openapi.json).
namespace dim::api {

/// PUT /v1/image-names: gives an image another name.
struct RenameImage {
    model::ImageName name;
    model::ImageName new_name;

    bool operator==(const RenameImage&) const = default;
};

}  // namespace dim::api
