#pragma once

#include "libdim/cluster/names/taxonomy.hpp"
#include "tools/discover_answers.hpp"

namespace dim::tool {

/// The lines NAME,MAC[,MAC]... of a file, by any name of a component; "#" begins a comment. A line
/// that is wrong is a problem, one about a blade that is not among ASKED is passed over, a second
/// one about the same blade is its failure. Errors: limit_exceeded for more than
/// discover_limits::kLines.
Result<DiscoverAnswers> parse_mac_file(std::string_view text, const cluster::Taxonomy& taxonomy,
                                       const std::set<model::ComponentName>& asked);

}  // namespace dim::tool
