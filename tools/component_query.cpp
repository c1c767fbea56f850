#include "tools/component_query.hpp"

#include "libdim/base/text.hpp"
#include "libdim/cluster/definition/range_selection.hpp"
#include "libdim/cluster/names/component_range.hpp"
#include "libdim/cluster/names/fold_names.hpp"
#include "libdim/render/name_list.hpp"
#include "tools/cluster_source.hpp"

namespace dim::tool {

namespace {

/// Failures: usage for what no definition tells.
Outcome<> check_attribute(const cluster::ComponentRange::Operand& operand) {
    const auto* const attribute = std::get_if<cluster::ComponentRange::Attribute>(&operand);
    if (attribute == nullptr || (attribute->name != "image" && attribute->name != "state"))
        return {};
    return wrong_usage(Error(ErrorCode::invalid_input,
                             "only the daemon knows the " + attribute->name + " of a blade")
                           .with_cure("leave --cluster out, or name the blades"));
}

Outcome<> check_attributes(std::string_view text) {
    DIM_TRY(const auto range, from_word(cluster::ComponentRange::parse(text)));
    for (const cluster::ComponentRange::Step& step : range.steps())
        for (const auto& operand : step.intersection)
            DIM_CHECK(check_attribute(operand));
    return {};
}

}  // namespace

Outcome<std::string> parse_ranges(std::span<const std::string> ranges) {
    std::string joined;
    for (const std::string& range : ranges)
        joined.append(joined.empty() ? "" : ",").append(trim(range));
    DIM_CHECK(from_word(cluster::ComponentRange::parse(joined)));
    return joined;
}

Result<api::NameList> select_components(const cluster::Definition& definition,
                                        const api::NameQuery& query) {
    DIM_TRY(const auto role, render::role_of(query));
    DIM_TRY(const auto positions, cluster::select_range(definition, query.range, {.role = role}));
    return render::name_list(definition, positions);
}

Outcome<api::NameList> query_components(const Context& context, const api::NameQuery& query) {
    if (!context.cluster_file) return context.client.post<api::NameList>("/v1/names", query);
    DIM_CHECK(check_attributes(query.range));
    DIM_TRY(const auto definition, load_cluster(context));
    return select_components(definition, query);
}

Outcome<std::vector<const cluster::Blade*>> blades_in_range(const Context& context,
                                                            const cluster::Definition& definition,
                                                            std::span<const std::string> ranges) {
    DIM_TRY(const std::string range, parse_ranges(ranges));
    DIM_TRY(const api::NameList list, query_components(context, {.range = range, .role = {}}));
    std::vector<const cluster::Blade*> blades;
    for (const api::NamedComponent& named : list.names) {
        blades.push_back(cluster::find_blade(definition, named.name));
        if (blades.back() == nullptr)
            return fail(Error(ErrorCode::not_found, to_string(named.name) + " is no blade"));
    }
    return blades;
}

Result<std::string> fold_component_names(const cluster::Definition& definition,
                                         std::span<const model::ComponentName> names) {
    std::vector<cluster::Position> positions;
    positions.reserve(names.size());
    for (const model::ComponentName& name : names) {
        DIM_TRY(const auto position, definition.taxonomy.find(name.text()));
        positions.push_back(position);
    }
    return cluster::fold_names(definition.taxonomy, std::move(positions));
}

}  // namespace dim::tool
