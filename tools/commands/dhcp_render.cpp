#include "libdim/render/dhcpd_configuration.hpp"
#include "libdim/render/kea_configuration.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/server_selection.hpp"

#include <iostream>
#include <map>

namespace dim::tool {

namespace {

struct Arguments {
    std::optional<std::string> server;
    std::optional<std::string> backend;
};

/// What the daemon tells its blades now; without a daemon nobody has an image.
Result<std::map<model::ComponentName, api::DhcpHost>> assigned_hosts(const Context& context) {
    std::map<model::ComponentName, api::DhcpHost> hosts;
    if (context.cluster_file) return hosts;
    DIM_TRY(auto list, context.client.get<api::DhcpHostList>("/v1/dhcp"));
    for (api::DhcpHost& host : list.hosts)
        hosts.emplace(host.blade, std::move(host));
    return hosts;
}

Result<std::vector<render::ServerHosts>> hosts_to_render(const Context& context,
                                                         const cluster::Definition& definition,
                                                         const Arguments& arguments) {
    DIM_TRY(const auto servers, select_servers(definition, arguments.server));
    DIM_TRY(const auto assigned, assigned_hosts(context));
    std::vector<render::ServerHosts> all;
    for (const model::ComponentName& server : servers) {
        std::vector<api::DhcpHost> hosts = render::dhcp_hosts_of(definition, server);
        for (api::DhcpHost& host : hosts) {
            if (const auto found = assigned.find(host.blade); found != assigned.end())
                host = found->second;
        }
        all.push_back({server, std::move(hosts)});
    }
    return all;
}

Result<std::string> render_configuration(const cluster::Definition& definition,
                                         std::span<const render::ServerHosts> servers,
                                         cluster::DhcpBackend backend) {
    switch (backend) {
        case cluster::DhcpBackend::isc:
            return render::render_dhcpd_configuration(definition, servers);
        case cluster::DhcpBackend::kea:
            return render::render_kea_configuration(definition, servers, {});
    }
    return fail(ErrorCode::internal, "unknown DHCP backend");
}

}  // namespace

Action dhcp_render(CLI::App& app) {
    auto arguments = std::make_shared<Arguments>();
    app.add_option("--server", arguments->server, "image servers; all unless given");
    app.add_option("--backend", arguments->backend,
                   "isc or kea; what the definition says unless given");
    return [=](Context& context) -> Result<void> {
        DIM_TRY(const auto definition, load_cluster(context));
        cluster::DhcpBackend backend = definition.services.dhcp;
        if (arguments->backend) {
            DIM_TRY(backend, cluster::parse_dhcp_backend(*arguments->backend));
        }
        DIM_TRY(const auto servers, hosts_to_render(context, definition, *arguments));
        DIM_TRY(const std::string text, render_configuration(definition, servers, backend));
        std::cout << text;
        return {};
    };
}

}  // namespace dim::tool
