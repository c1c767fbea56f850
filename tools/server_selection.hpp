#pragma once

#include "libdim/cluster/definition/definition.hpp"
#include "tools/failure.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dim::tool {

/// Failures: usage for a RANGE of --server that is none in any cluster.
Outcome<> check_server_range(const std::optional<std::string>& range);

/// The image servers that RANGE names, or all of them without one. Errors: those of
/// cluster::select_range; invalid_input for what is no image server.
Result<std::vector<model::ComponentName>> select_servers(const cluster::Definition& definition,
                                                         const std::optional<std::string>& range);

}  // namespace dim::tool
