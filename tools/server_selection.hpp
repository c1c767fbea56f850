#pragma once

#include "libdim/cluster/definition/definition.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dim::tool {

/// The image servers that RANGE names, or all of them without one. Errors: those of
/// cluster::select_range; invalid_input for what is no image server.
Result<std::vector<model::ComponentName>> select_servers(const cluster::Definition& definition,
                                                         const std::optional<std::string>& range);

}  // namespace dim::tool
