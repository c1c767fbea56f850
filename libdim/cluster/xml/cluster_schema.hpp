#pragma once

#include <string_view>

namespace dim::cluster {

/// cluster.rng: the RELAX NG schema that parse_source checks against, for other tools.
std::string_view cluster_schema();

}  // namespace dim::cluster
