#include "imageserver/cluster/member_definition.hpp"

#include "libdim/api/admin_messages.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <chrono>

namespace dim::server {

namespace {

constexpr std::chrono::seconds kLookTimeLimit{10};
/// Services are reloaded meanwhile: NFS-Ganesha takes a minute with many exports.
constexpr std::chrono::minutes kChangeTimeLimit{2};

using Change = MemberDefinition::Change;

Change refused(Error problem) {
    return {.is_done = false, .is_refused = true, .problem = std::move(problem)};
}

Change unanswered(Error problem) {
    return {.is_done = false, .is_refused = false, .problem = std::move(problem)};
}

/// Of the last line of a job.
Change read_end(std::string_view lines) {
    const auto last = api::parse<api::JobLine>(split(trim(lines), '\n').back());
    if (last && last->problem) return refused(api::to_error(*last->problem));
    if (last && last->done) return {.is_done = true};
    return unanswered(
        Error(ErrorCode::unavailable, "the connection ended before it said what came of it"));
}

}  // namespace

Result<api::ClusterRevision> MemberDefinition::current() const {
    DIM_TRY(auto response, ask_member(membership_, server_, {.target = "/v1/cluster/revisions"},
                                      sys::Deadline::in(kLookTimeLimit)));
    DIM_TRY(const std::string text, accepted(std::move(response)));
    DIM_TRY(const auto list, api::parse<api::ClusterRevisionList>(text));
    const auto found = std::ranges::find_if(list.revisions, &api::ClusterRevision::is_in_force);
    if (found != list.revisions.end()) return *found;
    return fail(ErrorCode::internal, "it has no cluster definition in force");
}

Change MemberDefinition::change(const api::ClusterProposal& proposal) const {
    auto response = ask_member(
        membership_, server_,
        {.method = http::Method::put, .target = "/v1/cluster", .body = api::to_json(proposal)},
        sys::Deadline::in(kChangeTimeLimit));
    if (!response) return unanswered(std::move(response).error());
    auto lines = accepted(*std::move(response));
    return lines ? read_end(*lines) : refused(std::move(lines).error());
}

}  // namespace dim::server
