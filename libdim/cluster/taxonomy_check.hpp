#pragma once

#include "libdim/cluster/taxonomy.hpp"

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
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
std::expected<std::vector<NamePattern>, TaxonomyFault>
resolve_kinds(std::span<const Level> levels, std::vector<ComponentKind>& kinds);

using ShapeMeanings = std::unordered_map<std::string, std::vector<Taxonomy::Shape>>;

/// What each shape stands for, kinds before nodes. Faults: two things that could be mistaken for
/// each other.
std::expected<ShapeMeanings, TaxonomyFault> collect_shapes(std::span<const Level> levels,
                                                           std::span<const ComponentKind> kinds,
                                                           std::span<const NamePattern> patterns);

}  // namespace dim::cluster
