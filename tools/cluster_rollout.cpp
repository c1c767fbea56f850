#include "tools/cluster_rollout.hpp"

#include "libdim/api/server_messages.hpp"
#include "libdim/base/text.hpp"
#include "tools/confirm.hpp"
#include "tools/job_progress.hpp"
#include "tools/on_servers.hpp"
#include "tools/output/difference_text.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <algorithm>
#include <future>
#include <iostream>
#include <optional>

namespace dim::tool {

namespace {

/// What a server says of the proposal; without a difference it did not answer.
struct Trial {
    NamedServer server;
    std::optional<api::ClusterDifference> difference;
    std::string problem;
};

bool is_away(const Failure& failure) {
    const ErrorCode code = failure.cause.code();
    return code == ErrorCode::unavailable || code == ErrorCode::timed_out;
}

Outcome<Trial> try_on(const Context& context, const NamedServer& server,
                      const api::ClusterProposal& proposal) {
    auto difference =
        client_of(context, server).post<api::ClusterDifference>("/v1/cluster/difference", proposal);
    if (difference) return Trial{server, *std::move(difference), {}};
    Failure& failure = difference.error();
    if (!server.is_here && is_away(failure)) return Trial{server, {}, failure.cause.message()};
    failure.cause =
        std::move(failure.cause).with_context("nothing was changed; " + to_string(server.name));
    return std::unexpected(std::move(failure));
}

Outcome<std::vector<Trial>> try_on_all(const Context& context, std::span<const NamedServer> servers,
                                       const api::ClusterProposal& proposal) {
    constexpr std::size_t kTriedAtOnce = 16;
    std::vector<Trial> trials;
    while (!servers.empty()) {
        const auto some = servers.first(std::min(servers.size(), kTriedAtOnce));
        servers = servers.subspan(some.size());
        std::vector<std::future<Outcome<Trial>>> tried;
        for (const NamedServer& server : some)
            tried.push_back(std::async(std::launch::async, [&context, &server, &proposal] {
                return try_on(context, server, proposal);
            }));
        for (auto& each : tried) {
            DIM_TRY(auto trial, each.get());
            trials.push_back(std::move(trial));
        }
    }
    return trials;
}

/// Members know no revision of the one here.
Outcome<api::ClusterProposal> as_text(const Context& context, api::ClusterProposal proposal) {
    if (!proposal.revision) return proposal;
    const std::string number = std::to_string(*proposal.revision);
    DIM_TRY(auto revision,
            context.client.get<api::ClusterRevision>("/v1/cluster/revisions/" + number));
    if (!revision.xml)
        return fail(ErrorCode::not_found, "the text of revision " + number + " is no longer kept");
    return api::ClusterProposal{.xml = std::move(revision.xml),
                                .file_name = "revision " + number,
                                .revision = {},
                                .base = {}};
}

void print_lines(const Context& context, const NamedServer& server, const std::string& text) {
    for (const std::string_view line : split(text, '\n'))
        if (!line.empty()) print_line_of(context, server.name, std::string(line));
}

/// What changes is told once for all servers where it is the same; what becomes of its services
/// and blades is each server's own.
void print_trials(const Context& context, std::span<const Trial> trials) {
    const std::vector<api::ClusterChange>* told = nullptr;
    for (const Trial& trial : trials) {
        if (!trial.difference) {
            print_line_of(context, trial.server.name,
                          "no answer, gets it when it does: " + terminal_text(trial.problem));
        } else if (told != nullptr && *told == trial.difference->changes) {
            print_lines(context, trial.server, effects_text(*trial.difference));
        } else {
            print_lines(context, trial.server, difference_text(*trial.difference));
            if (told == nullptr) told = &trial.difference->changes;
        }
    }
    std::cout.flush();
}

api::RolloutProposal rollout_of(const api::ClusterProposal& proposal,
                                std::span<const Trial> trials) {
    api::RolloutProposal rollout{
        .xml = proposal.xml, .file_name = proposal.file_name, .revision = proposal.revision};
    for (const Trial& trial : trials) {
        if (!trial.difference) continue;
        if (trial.server.is_here)
            rollout.base = trial.difference->base;
        else
            rollout.bases.push_back({trial.server.name, trial.difference->base});
    }
    return rollout;
}

}  // namespace

Outcome<> propose_to_all(const Context& context, std::span<const NamedServer> servers,
                         const api::ClusterProposal& proposal, ProposalEnd end) {
    DIM_TRY(const auto text, as_text(context, proposal));
    DIM_TRY(const auto trials, try_on_all(context, servers, text));
    const bool is_trial = end == ProposalEnd::show_difference;
    if (!context.json) print_trials(context, trials);
    if (is_trial && context.json)
        for (const Trial& trial : trials)
            if (trial.difference)
                print_line_of(context, trial.server.name, to_json(*trial.difference));
    if (is_trial) return {};
    std::size_t blades = 0;
    for (const Trial& trial : trials)
        if (trial.difference) blades = std::max<std::size_t>(blades, trial.difference->blades);
    DIM_CHECK(confirm(context,
                      "bring a definition into force on " +
                          count_text(servers.size(), "image server") + " that changes",
                      blades));
    return run_job_with_progress(context, http::Method::post, "/v1/cluster-rollouts",
                                 to_json(rollout_of(proposal, trials)));
}

}  // namespace dim::tool
