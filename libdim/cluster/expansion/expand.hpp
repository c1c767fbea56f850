#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/expansion/component_settings.hpp"
#include "libdim/cluster/expansion/definition_check.hpp"
#include "libdim/cluster/xml/definition_source.hpp"

#include <string_view>

namespace dim::cluster {

/// The names of the components in SOURCE. Errors: invalid_input, limit_exceeded with the line.
Result<Taxonomy> make_taxonomy(const DefinitionSource& source, std::string_view file_name);

struct Expanded {
    Definition definition;
    DefinitionLines lines;
};

/// Computes every network and component: names by TAXONOMY, which is SOURCE's, the rest by the
/// rules that count for it in SETTINGS. Linear in the components and the settings. Errors:
/// invalid_input naming the line and the component, limit_exceeded.
Result<Expanded> expand(const DefinitionSource& source, const Taxonomy& taxonomy,
                        const ComponentSettings& settings, std::string_view file_name);

}  // namespace dim::cluster
