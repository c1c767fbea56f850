#include "tools/cluster_sync.hpp"

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/in_parallel.hpp"
#include "tools/cluster_source.hpp"
#include "tools/job_answer.hpp"
#include "tools/on_servers.hpp"
#include "tools/whole_cluster.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace dim::tool {

using model::ComponentName;

namespace {

using Names = std::vector<ComponentName>;

struct SyncShare {
    NamedServer server;
    Names blades;
};

/// The daemon here carries so many connections to members at once, and others need some.
constexpr std::size_t kServersAtOnce = 16;

/// What ASK(daemon) says of each of SERVERS.
template <class Ask>
auto ask_each(const Context& context, const std::vector<NamedServer>& servers, const Ask& ask) {
    return in_parallel(std::span(servers), kServersAtOnce,
                       [&](const NamedServer& server) { return ask(client_of(context, server)); });
}

/// The daemon here did answer.
Failure at_server(Failure failure, const NamedServer& server) {
    failure.exit_code = ExitCode::failed;
    failure.cause = std::move(failure.cause).with_context(to_string(server.name));
    return failure;
}

using ServerOf = std::map<ComponentName, ComponentName>;

Outcome<ServerOf> servers_of_blades(const Context& context) {
    DIM_TRY(const auto definition, load_cluster(context));
    ServerOf servers;
    for (const cluster::Blade& blade : definition.blades)
        servers.emplace(blade.name, blade.server);
    return servers;
}

Outcome<std::vector<SyncShare>>
shares_of(const Context& context, const std::vector<NamedServer>& servers, const Names& blades) {
    DIM_TRY(const ServerOf server_of, servers_of_blades(context));
    std::map<ComponentName, Names> by_server;
    for (const ComponentName& blade : blades) {
        const auto found = server_of.find(blade);
        if (found == server_of.end())
            return fail(ErrorCode::not_found, to_string(blade) + " is no blade any more");
        by_server[found->second].push_back(blade);
    }
    std::vector<SyncShare> shares;
    for (auto& [name, names] : by_server) {
        const auto server = std::ranges::find(servers, name, &NamedServer::name);
        if (server == servers.end())
            return fail(Error(ErrorCode::conflict, to_string(names.front()) + " is served by " +
                                                       to_string(name) +
                                                       ", which has not joined this server")
                            .with_cure("run the command on " + to_string(name) +
                                       ", or have it join: 'dim server token " + to_string(name) +
                                       "'"));
        shares.push_back({*server, std::move(names)});
    }
    return shares;
}

Outcome<api::SyncReport> sync_there(const Context& context, const api::SyncImage& request,
                                    const std::string& before) {
    return follow_answer(context, "/v1/image-syncs", to_json(request), &api::SyncLine::report,
                         before);
}

/// What its share came to; when it could not do it, all its blades are as they were.
std::vector<api::SyncOutcome> sync_share(const Context& context, api::SyncImage request,
                                         const SyncShare& share) {
    Context there = context;
    there.client = client_of(context, share.server);
    request.blades = share.blades;
    auto report = sync_there(there, request, to_string(share.server.name) + ": ");
    if (report) return std::move(report->outcomes);
    Error error = std::move(report).error().cause;
    if (!share.server.is_here && error.code() == ErrorCode::not_found)
        error = std::move(error).with_cure("'dim sync server " + to_string(request.image) + " " +
                                           to_string(share.server.name) + "' brings it there");
    api::SyncOutcome failed{.blades = share.blades, .state = "failed"};
    failed.problem = api::to_problem(std::move(error).with_context(to_string(share.server.name)));
    return {std::move(failed)};
}

}  // namespace

Outcome<ImageHolders> holders_of(const Context& context, const model::ImageName& image) {
    const auto ask = [](const ApiClient& daemon) {
        return daemon.get<api::BladeImageList>("/v1/blade-images");
    };
    ImageHolders holders;
    DIM_TRY(const auto servers, whole_cluster(context));
    if (servers.empty()) {
        DIM_TRY(const auto list, ask(context.client));
        for (const api::BladeImage& each : list.blade_images)
            if (each.image == image) holders.blades.push_back(each.blade);
        return holders;
    }
    holders.is_whole_cluster = true;
    DIM_TRY(const ServerOf server_of, servers_of_blades(context));
    auto answers = ask_each(context, servers, ask);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i]) {
            if (servers[i].is_here) return std::unexpected(std::move(answers[i]).error());
            if (!holders.unreached)
                holders.unreached = at_server(std::move(answers[i]).error(), servers[i]);
            continue;
        }
        // A server may have images of blades that are another's, or nobody's, by now.
        for (const api::BladeImage& each : answers[i]->blade_images)
            if (const auto found = server_of.find(each.blade);
                each.image == image && found != server_of.end() && found->second == servers[i].name)
                holders.blades.push_back(each.blade);
    }
    return holders;
}

Outcome<std::vector<api::BladeStatus>> blade_states(const Context& context) {
    const auto ask = [](const ApiClient& daemon) {
        return daemon.get<api::ClusterStatus>("/v1/status");
    };
    DIM_TRY(const auto servers, whole_cluster(context));
    if (servers.empty()) {
        DIM_TRY(auto status, ask(context.client));
        return std::move(status.blades);
    }
    std::vector<api::BladeStatus> blades;
    auto answers = ask_each(context, servers, ask);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i] && servers[i].is_here)
            return std::unexpected(std::move(answers[i]).error());
        if (!answers[i]) continue;
        blades.insert(blades.end(), answers[i]->blades.begin(), answers[i]->blades.end());
    }
    return blades;
}

Outcome<api::SyncReport> sync_everywhere(const Context& context, const api::SyncImage& request) {
    DIM_TRY(const auto servers, whole_cluster(context));
    if (servers.empty() || request.blades.empty()) return sync_there(context, request, "");
    DIM_TRY(const auto shares, shares_of(context, servers, request.blades));
    if (shares.size() == 1 && shares.front().server.is_here)
        return sync_there(context, request, "");
    // The newest here; elsewhere another one may be.
    api::SyncImage wanted = request;
    if (!wanted.generation) {
        DIM_TRY(const auto details,
                context.client.get<api::ImageDetails>("/v1/images/" + to_string(request.image)));
        wanted.generation = details.image.generation;
    }
    api::SyncReport report{.image = request.image,
                           .generation = *wanted.generation,
                           .is_dry_run = request.is_dry_run,
                           .outcomes = {}};
    const auto outcomes =
        in_parallel(std::span(shares), kServersAtOnce,
                    [&](const SyncShare& share) { return sync_share(context, wanted, share); });
    for (const auto& of_server : outcomes)
        report.outcomes.insert(report.outcomes.end(), of_server.begin(), of_server.end());
    return report;
}

}  // namespace dim::tool
