#include "libdim/render/name_list.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace dim::render {

namespace {

/// Everything of a component but its addresses.
Result<api::NamedComponent> describe(const cluster::Definition& definition,
                                     cluster::Position position) {
    const cluster::Taxonomy& taxonomy = definition.taxonomy;
    DIM_TRY(auto name, model::ComponentName::parse(taxonomy.name(position)));
    DIM_TRY(auto linear, model::ComponentName::parse(taxonomy.linear_name(position)));
    const cluster::Blade* blade = cluster::find_component(definition, position).blade;
    return api::NamedComponent{
        .name = std::move(name),
        .linear = std::move(linear),
        .role = std::string(to_string(taxonomy.kinds().at(position.kind).role)),
        .server = blade != nullptr ? std::optional(blade->server) : std::nullopt,
        .addresses = {}};
}

}  // namespace

Result<std::optional<cluster::ComponentRole>> role_of(const api::NameQuery& query) {
    if (!query.role) return cluster::ComponentRole::blade;
    if (*query.role == "any") return std::nullopt;
    DIM_TRY(const cluster::ComponentRole role, cluster::parse_component_role(*query.role));
    return role;
}

Result<api::NameList> name_list(const cluster::Definition& definition,
                                std::span<const cluster::Position> positions) {
    const std::vector<cluster::HostAddress> hosts = cluster::host_addresses(definition);
    api::NameList list;
    list.names.reserve(positions.size());
    for (const cluster::Position position : positions) {
        DIM_TRY(auto component, describe(definition, position));
        for (const cluster::HostAddress& host :
             std::ranges::equal_range(hosts, position, {}, &cluster::HostAddress::position)) {
            component.addresses.push_back({host.host, host.network, host.address, host.address6});
        }
        list.names.push_back(std::move(component));
    }
    return list;
}

}  // namespace dim::render
