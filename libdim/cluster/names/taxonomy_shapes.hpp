#pragma once

#include "libdim/cluster/names/taxonomy_check.hpp"

#include <expected>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

/// Names without their numbers, and whether two kinds of component could have the same.
namespace dim::cluster {

using ShapeMeanings = std::unordered_map<std::string, std::vector<Taxonomy::Shape>>;

/// What each shape stands for, kinds before nodes. Faults: two things that could be mistaken for
/// each other.
Result<ShapeMeanings, TaxonomyFault> collect_shapes(std::span<const Level> levels,
                                                    std::span<const ComponentKind> kinds,
                                                    std::span<const NamePattern> patterns);

}  // namespace dim::cluster
