#pragma once

#include "libdim/api/admin_messages.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dim::tool {

/// Blades that do the same with the same image.
struct BladeGroup {
    model::BladeState state;
    std::optional<model::ImageName> image;
    std::vector<model::ComponentName> blades;

    bool operator==(const BladeGroup&) const = default;
};

/// By state, then image.
std::vector<BladeGroup> group_blades(const std::vector<api::BladeStatus>& blades);

}  // namespace dim::tool
