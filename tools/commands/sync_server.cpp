#include "tools/commands/commands.hpp"
#include "tools/generation_word.hpp"
#include "tools/on_servers.hpp"
#include "tools/output/server_sync_text.hpp"
#include "tools/server_sync.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

struct ServerArguments {
    std::string image;
    std::string servers;
    std::string generation;
    bool is_dry_run = false;
};

Outcome<api::SyncServers> server_request(const Context& context, const ServerArguments& arguments) {
    DIM_TRY(auto image, from_word(model::ImageName::parse(arguments.image)));
    api::SyncServers request{.image = std::move(image)};
    request.is_dry_run = arguments.is_dry_run;
    if (!arguments.generation.empty()) {
        DIM_TRY(request.generation, parse_generation_word("--generation", arguments.generation));
    }
    if (arguments.servers.empty()) return request;
    DIM_TRY(const auto servers, servers_on(context, arguments.servers));
    for (const NamedServer& server : servers)
        request.servers.push_back(server.name);
    return request;
}

}  // namespace

Action sync_server(CLI::App& app) {
    auto arguments = std::make_shared<ServerArguments>();
    app.add_option("IMAGE", arguments->image, "the image")->required();
    app.add_option("SERVERS", arguments->servers,
                   "a range of image servers that have joined this one, or 'all'; unless given, "
                   "those that have the image");
    app.add_option("--generation", arguments->generation, "this one, not the newest");
    app.add_flag("--dry-run", arguments->is_dry_run, "change nothing: show who lacks what");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, server_request(context, *arguments));
        DIM_TRY(const auto report, sync_servers(context, request));
        std::cout << (context.json ? to_json(report) + '\n' : server_sync_text(report))
                  << std::flush;
        return check_synced(report);
    };
}

}  // namespace dim::tool
