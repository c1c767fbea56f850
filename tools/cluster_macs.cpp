#include "tools/cluster_macs.hpp"

#include "libdim/base/in_parallel.hpp"
#include "tools/job_progress.hpp"
#include "tools/on_servers.hpp"
#include "tools/whole_cluster.hpp"

#include <algorithm>
#include <iostream>
#include <map>

namespace dim::tool {

using model::ComponentName;

namespace {

constexpr std::size_t kAskedForMacsAtOnce = 16;

bool serves_one_of(const cluster::Definition& definition, const ComponentName& server,
                   std::span<const ComponentName> blades) {
    return std::ranges::any_of(blades, [&](const ComponentName& name) {
        const cluster::Blade* blade = cluster::find_blade(definition, name);
        return blade != nullptr && blade->server == server;
    });
}

Error not_joined(const ComponentName& blade) {
    return Error(ErrorCode::conflict,
                 to_string(blade) + " is served by an image server that has not joined this one; "
                                    "nothing was done")
        .with_cure("run the command there, or have it join: dim server token");
}

}  // namespace

ApiClient daemon_of(const Context& context, const ServerMacs& server) {
    return server.server ? client_of(context, *server.server) : context.client;
}

Outcome<> ClusterMacs::ask_members(const Context& context, const std::vector<NamedServer>& members,
                                   std::span<const ComponentName> blades) {
    auto answers =
        in_parallel(std::span(members), kAskedForMacsAtOnce, [&](const NamedServer& server) {
            return client_of(context, server).get<api::MacList>("/v1/macs");
        });
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i]) {
            servers_.push_back({members[i], *std::move(answers[i])});
            continue;
        }
        Failure failure = std::move(answers[i]).error();
        failure.cause = std::move(failure.cause).with_context(to_string(members[i].name));
        // The daemon here did answer.
        if (!members[i].is_here) failure.exit_code = ExitCode::failed;
        if (members[i].is_here || serves_one_of(definition_, members[i].name, blades))
            return std::unexpected(std::move(failure));
        silent_.push_back(members[i].name);
        std::cerr << "dim: what this one has learned is not compared: " << failure.cause.message()
                  << '\n';
    }
    return {};
}

Outcome<ClusterMacs> ClusterMacs::ask(const Context& context, cluster::Definition definition,
                                      std::span<const ComponentName> blades) {
    ClusterMacs macs(std::move(definition));
    DIM_TRY(const auto members, whole_cluster(context));
    if (!members.empty()) {
        DIM_CHECK(macs.ask_members(context, members, blades));
        return macs;
    }
    DIM_TRY(auto list, context.client.get<api::MacList>("/v1/macs"));
    macs.servers_.push_back({std::nullopt, std::move(list)});
    return macs;
}

KnownMacs ClusterMacs::known() const {
    KnownMacs known;
    for (const cluster::Blade& blade : definition_.blades)
        if (blade.mac) known.emplace(blade.name, KnownMac{*blade.mac, true});
    for (const ServerMacs& server : servers_)
        for (const api::BladeMac& blade : server.list.blades)
            if (blade.mac) known.emplace(blade.blade, KnownMac{*blade.mac, false});
    return known;
}

api::BladeMac ClusterMacs::mac_of(const ComponentName& blade) const {
    for (const ServerMacs& server : servers_) {
        const auto found = std::ranges::find(server.list.blades, blade, &api::BladeMac::blade);
        if (found != server.list.blades.end()) return *found;
    }
    const cluster::Blade* defined = cluster::find_blade(definition_, blade);
    if (defined == nullptr || !defined->mac) return {.blade = blade};
    return {.blade = blade, .mac = defined->mac, .source = "definition"};
}

const ServerMacs* ClusterMacs::server_of(const ComponentName& blade) const {
    if (servers_.size() == 1 && !servers_.front().server) return &servers_.front();
    const cluster::Blade* found = cluster::find_blade(definition_, blade);
    const auto server = std::ranges::find_if(servers_, [&](const ServerMacs& each) {
        return found != nullptr && each.server && each.server->name == found->server;
    });
    return server == servers_.end() ? nullptr : &*server;
}

Outcome<std::string> ClusterMacs::learn(const Context& context, const std::string& source,
                                        std::vector<api::MacChange> changes) const {
    std::map<const ServerMacs*, api::LearnMacs> shares;
    for (api::MacChange& change : changes) {
        const ServerMacs* server = server_of(change.blade);
        if (server == nullptr) return fail(not_joined(change.blade));
        api::LearnMacs& share = shares.try_emplace(server).first->second;
        share.source = source;
        share.base = server->list.number;
        share.changes.push_back(std::move(change));
    }
    std::string done;
    for (const auto& [server, share] : shares) {
        Context there = context;
        there.client = daemon_of(context, *server);
        const std::string before = server->server ? to_string(server->server->name) + ": " : "";
        auto learned = follow_job(there, http::Method::put, "/v1/macs", to_json(share), before);
        if (!learned) {
            Failure failure = std::move(learned).error();
            if (!done.empty())
                failure.cause = std::move(failure.cause).with_context("after " + done);
            return std::unexpected(std::move(failure));
        }
        done += (done.empty() ? "" : "; ") + before + *learned;
    }
    return done;
}

}  // namespace dim::tool
