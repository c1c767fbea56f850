#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/xml/definition_source.hpp"

#include <string_view>

namespace dim::cluster {

/// The elements of a cluster definition: well-formed XML, valid by cluster.rng, with rules and
/// ranges not yet understood. FILE_NAME is for messages only; nothing is read but XML, which is
/// UTF-8 without a document type. Errors: limit_exceeded; invalid_input as "cluster.xml:12: what is
/// wrong", with a cure.
Result<DefinitionSource> parse_source(std::string_view xml, std::string_view file_name);

}  // namespace dim::cluster
