#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/words.hpp"
#include "tools/server_selection.hpp"
#include "tools/zone_files.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

struct DnsRenderArguments {
    std::string zone;
    std::optional<std::string> serial;
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
    if (range && servers.size() > 1) {
        return fail(Error(ErrorCode::invalid_input, "--server: '" + printable(*range, 80) +
                                                        "' names " +
                                                        count_text(servers.size(), "image server"))
                        .with_cure("name the one that answers DNS"));
    }
    return std::move(servers.front());
}

/// Failures: usage for options of zones with "hosts", which is none.
Outcome<> check_hosts(const DnsRenderArguments& arguments) {
    if (arguments.zone != kHostsFile || !(arguments.serial || arguments.server)) return {};
    return wrong_usage(
        Error(ErrorCode::invalid_input, std::string("/etc/hosts has no ") +
                                            (arguments.serial ? "serial" : "server that answers"))
            .with_cure(std::string("leave ") + (arguments.serial ? "--serial" : "--server") +
                       " out"));
}

Outcome<std::uint32_t> parse_serial(const std::optional<std::string>& text) {
    if (!text) return static_cast<std::uint32_t>(sys::realtime_us() / 1'000'000);
    return from_word("--serial", parse_number<std::uint32_t>(*text));
}

void print_paths(const std::vector<std::string>& paths) {
    for (const std::string& path : paths)
        std::cout << path << '\n';
}

}  // namespace

Action dns_render(CLI::App& app) {
    auto arguments = std::make_shared<DnsRenderArguments>();
    app.add_option("--zone", arguments->zone,
                   "forward, reverse, hosts (for /etc/hosts), or the name of a zone")
        ->required();
    app.add_option("--serial", arguments->serial,
                   "of the zones; the seconds since 1970 unless given, so that it grows");
    app.add_option("--server", arguments->server,
                   "the image server that answers; the first unless given");
    app.add_option("--output", arguments->directory,
                   "write a file for each zone into this directory, and print their paths");
    return [=](Context& context) -> Outcome<> {
        DIM_CHECK(check_hosts(*arguments));
        DIM_TRY(const std::uint32_t serial, parse_serial(arguments->serial));
        DIM_CHECK(check_server_range(arguments->server));
        DIM_TRY(const auto definition, load_cluster(context));
        DIM_TRY(const auto server, select_name_server(definition, arguments->server));
        DIM_TRY(const auto zones, render_zones(definition, arguments->zone, server, serial));
        if (!arguments->directory) {
            std::cout << zones_text(zones);
            return {};
        }
        DIM_TRY(const auto paths, write_zone_files(zones, *arguments->directory));
        print_paths(paths);
        return {};
    };
}

}  // namespace dim::tool
