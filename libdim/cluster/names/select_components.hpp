#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/names/component_range.hpp"
#include "libdim/cluster/names/taxonomy.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace dim::cluster {

/// What a range is evaluated in. The functions may be called often.
struct RangeSpace {
    const Taxonomy& taxonomy;
    /// Absent components are passed over in silence, unless one is named by itself.
    std::function<bool(Position)> is_present;
    /// What "all" means, and which attributes select from; sorted.
    std::function<std::vector<Position>()> all;
    /// The members of a group; nullptr when there is none of that name.
    std::function<const std::vector<Position>*(std::string_view)> group;
    /// Whether the component's attribute has this value. Errors: not_found for an attribute that
    /// there is not, with those there are.
    std::function<Result<bool>(Position, std::string_view attribute, std::string_view value)>
        has_value;
    std::optional<ComponentRole> below = ComponentRole::blade;  ///< see match_term
};

/// Sorted, without duplicates, all present. Errors: not_found for a name or group that there is
/// not, for an absent component named by itself, and for a range that matches nothing.
Result<std::vector<Position>> select_components(const ComponentRange& range,
                                                const RangeSpace& space);

}  // namespace dim::cluster
