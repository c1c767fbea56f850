#pragma once

#include "libdim/cluster/names/taxonomy.hpp"

#include <string>
#include <vector>

namespace dim::cluster {

/// The reverse of match_term: "s01c[1-4]b[01-14],s02c1b[01-03]"; coordinate names, as few terms as
/// rectangles merge to. POSITIONS in any order.
std::string fold_names(const Taxonomy& taxonomy, std::vector<Position> positions);

}  // namespace dim::cluster
