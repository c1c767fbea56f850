#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::cluster {

/// How a text is understood as components of a definition.
struct Selection {
    /// What a place of the hierarchy, "all" and attributes stand for; absent: every kind.
    std::optional<ComponentRole> role = ComponentRole::blade;
    /// Only these are "all"; empty function: everything of that role.
    std::function<bool(Position)> is_in_all{};
    /// Attributes beyond those of the definition, such as image and state: what they are called,
    /// and their values.
    std::vector<std::string> more_attributes{};
    std::function<Result<std::optional<std::string>>(Position, std::string_view attribute)>
        more_values{};
};

/// The components RANGE names, sorted. Errors: those of ComponentRange::parse and
/// select_components; not_found for an attribute that there is not, with those there are.
Result<std::vector<Position>> select_range(const Definition& definition, std::string_view range,
                                           const Selection& selection = {});

}  // namespace dim::cluster
