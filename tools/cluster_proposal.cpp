#include "tools/cluster_proposal.hpp"

#include "tools/cluster_rollout.hpp"
#include "tools/cluster_source.hpp"
#include "tools/confirm.hpp"
#include "tools/job_progress.hpp"
#include "tools/output/difference_text.hpp"
#include "tools/whole_cluster.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace dim::tool {

namespace {

/// As the history of revisions names it.
std::string absolute_path(const std::string& path) {
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error);
    return error ? path : absolute.lexically_normal().string();
}

}  // namespace

Result<api::ClusterProposal> propose_file(const std::string& path) {
    DIM_TRY(auto text, read_cluster_file(path));
    return api::ClusterProposal{.xml = std::move(text.xml), .file_name = absolute_path(path)};
}

Outcome<> propose(const Context& context, api::ClusterProposal proposal, ProposalEnd end) {
    DIM_TRY(const auto servers, whole_cluster(context));
    if (!servers.empty()) return propose_to_all(context, servers, proposal, end);
    DIM_TRY(const auto difference,
            context.client.post<api::ClusterDifference>("/v1/cluster/difference", proposal));
    const bool is_trial = end == ProposalEnd::show_difference;
    if (!context.json) std::cout << difference_text(difference) << std::flush;
    if (context.json && is_trial) std::cout << to_json(difference) << '\n';
    if (is_trial) return {};
    DIM_CHECK(confirm(context, "bring a definition into force that changes", difference.blades));
    proposal.base = difference.base;
    return run_job_with_progress(context, http::Method::put, "/v1/cluster", to_json(proposal));
}

Result<std::uint32_t> previous_revision(const api::ClusterRevisionList& list) {
    const auto current = std::ranges::find_if(list.revisions, &api::ClusterRevision::is_in_force);
    const api::ClusterRevision* previous = nullptr;
    for (const api::ClusterRevision& revision : list.revisions) {
        if (current == list.revisions.end() || revision.number >= current->number ||
            revision.sha256 == current->sha256 || !revision.was_in_force) {
            continue;
        }
        if (previous == nullptr || revision.number > previous->number) previous = &revision;
    }
    if (previous != nullptr) return previous->number;
    return fail(Error(ErrorCode::not_found, "there is no other definition before the one in force")
                    .with_cure("'dim cluster history' lists the revisions"));
}

}  // namespace dim::tool
