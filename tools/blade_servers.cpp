#include "tools/blade_servers.hpp"

#include "libdim/api/server_messages.hpp"
#include "tools/cluster_source.hpp"
#include "tools/component_query.hpp"

#include <algorithm>
#include <map>

namespace dim::tool {

using model::ComponentName;

namespace {

using Names = std::vector<ComponentName>;

std::map<ComponentName, Names> by_server(const api::NameList& blades) {
    std::map<ComponentName, Names> servers;
    for (const api::NamedComponent& blade : blades.names)
        if (blade.server) servers[*blade.server].push_back(blade.name);
    return servers;
}

bool is_state(const api::ServerList& list, const ComponentName& server, std::string_view state) {
    const auto found = std::ranges::find(list.servers, server, &api::ServerSummary::name);
    return found != list.servers.end() && found->state == state;
}

Error not_commanded(const ComponentName& server, const ComponentName& blade) {
    const std::string name = to_string(server);
    return Error(ErrorCode::conflict, to_string(blade) + " is served by " + name +
                                          ", which has not joined this server; nothing was done")
        .with_cure("run the command on " + name + ", or have it join: 'dim server token " + name +
                   "'");
}

std::string range_of(const cluster::Definition& definition, const Names& blades) {
    if (auto folded = fold_component_names(definition, blades)) return *std::move(folded);
    std::string text;
    for (const ComponentName& blade : blades)
        text += (text.empty() ? "" : ",") + to_string(blade);
    return text;
}

}  // namespace

Outcome<> check_served_here(const Context& context, const api::NameList& blades) {
    const auto servers = by_server(blades);
    if (!context.splits || servers.empty()) return {};
    DIM_TRY(const auto list, context.client.get<api::ServerList>("/v1/servers"));
    // Elsewhere than on a management node the daemon says who serves what it does not.
    if (std::ranges::find(list.servers, "member", &api::ServerSummary::state) == list.servers.end())
        return {};
    if (servers.size() == 1 && is_state(list, servers.begin()->first, "here")) return {};
    DIM_TRY(const auto definition, load_cluster(context));
    std::vector<NamedServer> shares;
    for (const auto& [server, names] : servers) {
        const bool is_here = is_state(list, server, "here");
        if (!is_here && !is_state(list, server, "member"))
            return fail(not_commanded(server, names.front()));
        shares.push_back({server, is_here, range_of(definition, names)});
    }
    return std::unexpected(to_each(std::move(shares)));
}

}  // namespace dim::tool
