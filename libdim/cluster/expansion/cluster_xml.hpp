#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "libdim/cluster/xml/definition_source.hpp"

#include <string_view>

namespace dim::cluster {

/// Reads a cluster definition: well-formed, valid by cluster.rng, and sensible. FILE_NAME is for
/// messages only; nothing is read but XML, which is UTF-8 without a document type. Errors:
/// limit_exceeded; invalid_input as "cluster.xml:12: what is wrong", with a cure.
Result<Definition> parse_cluster(std::string_view xml, std::string_view file_name);

/// What SOURCE stands for. Errors: as parse_cluster.
Result<Definition> define(const DefinitionSource& source, std::string_view file_name);

}  // namespace dim::cluster
