#pragma once

#include "libdim/api/json.hpp"
#include "libdim/model/names.hpp"

#include <vector>

/// What the administrator's programs and the daemon say to each other about pins
/// (docs/api/openapi.json).
namespace dim::api {

/// PUT /v1/image-pins: what the images of these blades are, now and when they are made anew. DELETE
/// takes an ImageOfBlades.
struct PinBlades {
    model::ImageName image;
    model::Generation generation;
    std::vector<model::ComponentName> blades;

    bool operator==(const PinBlades&) const = default;
};

}  // namespace dim::api
