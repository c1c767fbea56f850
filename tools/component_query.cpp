#include "tools/component_query.hpp"

#include "libdim/base/text.hpp"
#include "libdim/cluster/definition/range_selection.hpp"
#include "libdim/cluster/names/fold_names.hpp"
#include "libdim/render/name_list.hpp"
#include "tools/cluster_source.hpp"

namespace dim::tool {

namespace {

Result<std::optional<std::string>> refuse_attribute(cluster::Position, std::string_view attribute) {
    return fail(Error(ErrorCode::invalid_input,
                      "only the daemon knows the " + std::string(attribute) + " of a blade")
                    .with_cure("leave --cluster out, or name the blades"));
}

}  // namespace

std::string join_ranges(std::span<const std::string> ranges) {
    std::string joined;
    for (const std::string& range : ranges)
        joined.append(joined.empty() ? "" : ",").append(trim(range));
    return joined;
}

Result<api::NameList> select_components(const cluster::Definition& definition,
                                        const api::NameQuery& query) {
    DIM_TRY(const auto role, render::role_of(query));
    cluster::Selection selection{.role = role};
    selection.more_attributes = {"image", "state"};
    selection.more_values = &refuse_attribute;
    DIM_TRY(const auto positions, cluster::select_range(definition, query.range, selection));
    return render::name_list(definition, positions);
}

Result<api::NameList> query_components(const Context& context, const api::NameQuery& query) {
    if (!context.cluster_file) return context.client.post<api::NameList>("/v1/names", query);
    DIM_TRY(const auto definition, load_cluster(context));
    return select_components(definition, query);
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
