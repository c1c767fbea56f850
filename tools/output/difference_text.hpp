#pragma once

#include "libdim/api/cluster_messages.hpp"
#include "libdim/cluster/definition/difference.hpp"

#include <string>

namespace dim::tool {

/// A difference between two files, as a message: base 0, no services.
api::ClusterDifference to_message(const cluster::DefinitionDifference& difference);

/// A line for each change, "+", "-" or "~" first, then how much it is about.
std::string difference_text(const api::ClusterDifference& difference);
/// Its last lines alone: what becomes of services and blades of the server that told it.
std::string effects_text(const api::ClusterDifference& difference);

}  // namespace dim::tool
