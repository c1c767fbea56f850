#pragma once

#include "libdim/base/parse_number.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dim::cluster {

/// The property of the component at POSITION, as a number from MINIMUM to MAXIMUM. Errors:
/// invalid_input, with both names.
template <class T>
Result<std::optional<T>> number_property(const Definition& definition, Position position,
                                         std::string_view property, T maximum, T minimum = 1) {
    const auto text = attribute_of(definition, position, property);
    if (!text) return std::nullopt;
    const auto number = parse_number<T>(*text, minimum, maximum);
    if (number) return *number;
    return fail(Error(number.error())
                    .with_context("property " + std::string(property) + " of " +
                                  definition.taxonomy.name(position)));
}

}  // namespace dim::cluster
