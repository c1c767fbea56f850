#include "libdim/cluster/expansion/cluster_xml.hpp"

#include "libdim/cluster/expansion/expand.hpp"
#include "libdim/cluster/xml/source_reader.hpp"

#include <utility>

namespace dim::cluster {

Result<Definition> define(const DefinitionSource& source, std::string_view file_name) {
    DIM_TRY(const Taxonomy taxonomy, make_taxonomy(source, file_name));
    DIM_TRY(const auto settings, ComponentSettings::create(source, taxonomy, file_name));
    DIM_TRY(Expanded expanded, expand(source, taxonomy, settings, file_name));
    DIM_CHECK(check_definition(expanded.definition, expanded.lines, file_name));
    return std::move(expanded.definition);
}

Result<Definition> parse_cluster(std::string_view xml, std::string_view file_name) {
    DIM_TRY(const DefinitionSource source, parse_source(xml, file_name));
    return define(source, file_name);
}

}  // namespace dim::cluster
