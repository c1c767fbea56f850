#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition.hpp"
#include "libdim/cluster/definition_source.hpp"

#include <cstddef>
#include <string_view>

namespace dim::cluster {

inline constexpr std::size_t kXmlLimit = std::size_t{16} << 20;  ///< bytes
inline constexpr std::size_t kElementsLimit = 200'000;
inline constexpr std::size_t kAttributesLimit = 400'000;

/// Reads a cluster definition: well-formed, valid by cluster.rng, and sensible. FILE_NAME is for
/// messages only; nothing is read but XML, which is UTF-8 without a document type. Errors:
/// limit_exceeded; invalid_input as "cluster.xml:12: what is wrong", with a cure.
Result<Definition> parse_cluster(std::string_view xml, std::string_view file_name);

/// The elements of it, valid by cluster.rng, with rules and ranges not yet understood. Errors: as
/// parse_cluster.
Result<DefinitionSource> parse_source(std::string_view xml, std::string_view file_name);

/// What SOURCE stands for. Errors: as parse_cluster.
Result<Definition> define(const DefinitionSource& source, std::string_view file_name);

/// The RELAX NG schema that parse_cluster checks against, for other tools.
std::string_view cluster_schema();

}  // namespace dim::cluster
