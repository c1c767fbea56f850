#include "libdim/cluster/cluster_xml.hpp"

#include "cluster_schema_text.hpp"
#include "libdim/cluster/expand.hpp"
#include "libdim/cluster/xml_document.hpp"

#include <utility>

namespace dim::cluster {

Result<DefinitionSource> parse_source(std::string_view xml, std::string_view file_name) {
    DIM_TRY(const XmlDocument document, XmlDocument::parse(xml, file_name));
    DIM_TRY(const auto invalid, document.validate(kClusterSchema));
    long failed_line = 0;
    Result<DefinitionSource> source = read_source(document.root(), file_name, failed_line);
    // The reader says what is wrong with a value where the validator only says that something is.
    if (invalid && (source || invalid->line < failed_line))
        return fail(source_error(file_name, {invalid->line}, invalid->text,
                                 "docs/cluster-xml.md lists every element and attribute"));
    return source;
}

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

std::string_view cluster_schema() { return kClusterSchema; }

}  // namespace dim::cluster
