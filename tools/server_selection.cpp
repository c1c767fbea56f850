#include "tools/server_selection.hpp"

#include "libdim/cluster/definition/range_selection.hpp"
#include "libdim/cluster/names/component_range.hpp"

namespace dim::tool {

Outcome<> check_server_range(const std::optional<std::string>& range) {
    if (!range) return {};
    DIM_CHECK(from_word("--server", cluster::ComponentRange::parse(*range)));
    return {};
}

Result<std::vector<model::ComponentName>> select_servers(const cluster::Definition& definition,
                                                         const std::optional<std::string>& range) {
    std::vector<model::ComponentName> servers;
    if (!range) {
        for (const cluster::Server& server : definition.servers)
            servers.push_back(server.name);
        return servers;
    }
    DIM_TRY(const auto positions,
            cluster::select_range(definition, *range, {.role = cluster::ComponentRole::server}));
    for (const cluster::Position position : positions) {
        const cluster::Server* server = cluster::find_component(definition, position).server;
        if (server == nullptr) {
            return fail(
                Error(ErrorCode::invalid_input,
                      definition.taxonomy.name(position) + " is no image server")
                    .with_cure("'dim cluster names all --role server' lists the image servers"));
        }
        servers.push_back(server->name);
    }
    return servers;
}

}  // namespace dim::tool
