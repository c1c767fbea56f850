#include "libdim/sys/clock.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/server_selection.hpp"
#include "tools/zone_files.hpp"

#include <iostream>

namespace dim::tool {

namespace {

struct Arguments {
    std::string zone;
    std::optional<std::uint32_t> serial;
    std::optional<std::string> server;
    std::optional<std::string> directory;
};

Result<model::ComponentName> select_name_server(const cluster::Definition& definition,
                                                const std::optional<std::string>& range) {
    DIM_TRY(auto servers, select_servers(definition, range));
    if (servers.empty()) {
        return fail(Error(ErrorCode::not_found, "the cluster has no image server to answer DNS")
                        .with_cure("define a component with role=\"server\""));
    }
    return std::move(servers.front());
}

std::uint32_t serial_of_now() { return static_cast<std::uint32_t>(sys::realtime_us() / 1'000'000); }

Result<void> print_paths(const std::vector<std::string>& paths) {
    for (const std::string& path : paths)
        std::cout << path << '\n';
    return {};
}

}  // namespace

Action dns_render(CLI::App& app) {
    auto arguments = std::make_shared<Arguments>();
    app.add_option("--zone", arguments->zone,
                   "forward, reverse, hosts (for /etc/hosts), or the name of a zone")
        ->required();
    app.add_option("--serial", arguments->serial,
                   "of the zones; the seconds since 1970 unless given, so that it grows");
    app.add_option("--server", arguments->server,
                   "the image server that answers; the first unless given");
    app.add_option("--output", arguments->directory,
                   "write a file for each zone into this directory, and print their paths");
    return [=](Context& context) -> Result<void> {
        DIM_TRY(const auto definition, load_cluster(context));
        DIM_TRY(const auto server, select_name_server(definition, arguments->server));
        DIM_TRY(const auto zones, render_zones(definition, arguments->zone, server,
                                               arguments->serial.value_or(serial_of_now())));
        if (!arguments->directory) {
            std::cout << zones_text(zones);
            return {};
        }
        DIM_TRY(const auto paths, write_zone_files(zones, *arguments->directory));
        return print_paths(paths);
    };
}

}  // namespace dim::tool
