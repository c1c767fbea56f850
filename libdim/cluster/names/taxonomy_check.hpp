#pragma once

#include "libdim/cluster/names/taxonomy.hpp"

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What Taxonomy::create checks.
namespace dim::cluster {

std::optional<TaxonomyFault> check_levels(std::span<const Level> levels);

/// A kind's name without its numbers.
struct NamePattern {
    std::vector<std::string> literals;  ///< around the numbers
};

/// The patterns of KINDS, in which the defaults of pattern and linear are filled in. LEVELS: those
/// that check_levels finds good.
Result<std::vector<NamePattern>, TaxonomyFault> resolve_kinds(std::span<const Level> levels,
                                                              std::vector<ComponentKind>& kinds);

/// The levels around LEVEL and itself, the outermost first.
std::vector<std::size_t> path_of(std::span<const Level> levels, std::optional<std::size_t> level);

}  // namespace dim::cluster
