#include "libdim/render/dhcpd_configuration.hpp"
#include "libdim/render/kea_configuration.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/server_selection.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <utility>

namespace dim::tool {

namespace {

struct DhcpRenderArguments {
    std::optional<std::string> server;
    std::optional<std::string> backend;
};

Outcome<std::optional<cluster::DhcpBackend>> parse_backend(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    DIM_TRY(const auto backend, from_word("--backend", cluster::parse_dhcp_backend(*text)));
    return backend;
}

/// What the daemon tells its blades now, by their MACs that were learned, too; without a daemon
/// nobody has an image.
Outcome<std::map<model::ComponentName, api::DhcpHost>> assigned_hosts(const Context& context) {
    std::map<model::ComponentName, api::DhcpHost> hosts;
    if (context.cluster_file) return hosts;
    DIM_TRY(auto list, context.client.get<api::DhcpHostList>("/v1/dhcp"));
    for (api::DhcpHost& host : list.hosts)
        hosts.emplace(host.blade, std::move(host));
    return hosts;
}

Outcome<std::vector<render::ServerHosts>> hosts_to_render(const Context& context,
                                                          const cluster::Definition& definition,
                                                          const DhcpRenderArguments& arguments) {
    DIM_TRY(const auto servers, select_servers(definition, arguments.server));
    DIM_TRY(auto hosts, assigned_hosts(context));
    std::vector<render::ServerHosts> all = render::server_hosts(definition, servers);
    for (render::ServerHosts& server : all) {
        for (const api::DhcpHost& defined : std::exchange(server.hosts, {}))
            hosts.try_emplace(defined.blade, defined);
        for (const cluster::Blade& blade : cluster::blades_of(definition, server.server))
            if (const auto found = hosts.find(blade.name); found != hosts.end())
                server.hosts.push_back(found->second);
    }
    return all;
}

/// For a server that is asked for it is what that one runs. Else it listens nowhere, since Kea's
/// checker refuses the devices of other machines.
Result<std::string> render_kea(const cluster::Definition& definition,
                               std::span<const render::ServerHosts> servers,
                               const DhcpRenderArguments& arguments) {
    render::KeaFiles files;
    if (arguments.server && servers.size() == 1) {
        DIM_TRY(const auto bootnet, cluster::bootnet_of(definition, servers.front().server));
        files.devices.push_back(bootnet.device);
    }
    return render::render_kea_configuration(definition, servers, files);
}

Result<std::string> render_configuration(const cluster::Definition& definition,
                                         std::span<const render::ServerHosts> servers,
                                         cluster::DhcpBackend backend,
                                         const DhcpRenderArguments& arguments) {
    switch (backend) {
        case cluster::DhcpBackend::isc:
            return render::render_dhcpd_configuration(definition, servers);
        case cluster::DhcpBackend::kea: return render_kea(definition, servers, arguments);
    }
    return fail(ErrorCode::internal, "unknown DHCP backend");
}

}  // namespace

Action dhcp_render(CLI::App& app) {
    auto arguments = std::make_shared<DhcpRenderArguments>();
    app.add_option(
        "--server", arguments->server,
        "image servers; all unless given. For a single one, Kea is told where to listen");
    app.add_option("--backend", arguments->backend,
                   "isc or kea; what the definition says unless given");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto wanted, parse_backend(arguments->backend));
        DIM_CHECK(check_server_range(arguments->server));
        DIM_TRY(const auto definition, load_cluster(context));
        const cluster::DhcpBackend backend = wanted.value_or(definition.services.dhcp);
        DIM_TRY(const auto servers, hosts_to_render(context, definition, *arguments));
        DIM_TRY(const std::string text,
                render_configuration(definition, servers, backend, *arguments));
        std::cout << text;
        return {};
    };
}

}  // namespace dim::tool
