#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/lane_handler.hpp"
#include "libdim/base/parse_number.hpp"

namespace dim::server {

namespace {

using boost::asio::awaitable;

/// A definition that comes into force has told the services itself.
JobStream::Job as_job(std::function<Result<std::string>(const Progress&)> bring_into_force) {
    return
        [bring_into_force = std::move(bring_into_force)](const Progress& progress) -> Result<Edit> {
            DIM_TRY(std::string done, bring_into_force(progress));
            return Edit{.done = std::move(done)};
        };
}

void add_revision_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/cluster", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(admin.cluster_edits.current());
               }));
    router.add({http::Method::get, "/v1/cluster/revisions", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(admin.cluster_edits.revisions());
               }));
    router.add({http::Method::get, "/v1/cluster/revisions/{number}", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall& call) {
                   const auto number = parse_number<std::uint32_t>(call.parameters.front());
                   if (!number) return problem_response(number.error());
                   return response_of(admin.cluster_edits.revision(*number));
               }));
}

}  // namespace

void add_cluster_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    add_revision_routes(router, admin);
    router.add({http::Method::post, "/v1/cluster/difference", administrator},
               message_handler<api::ClusterProposal>(
                   admin.lanes.answers, [&admin](const api::ClusterProposal& proposal) {
                       return admin.cluster_edits.difference(proposal);
                   }));
    router.add({http::Method::put, "/v1/cluster", administrator},
               [&admin](const RouteCall& call) -> awaitable<http::Reply> {
                   const auto read = [&call] {
                       return api::parse<api::ClusterProposal>(call.request.body);
                   };
                   auto proposal = co_await run_on(admin.lanes.answers, read);
                   if (!proposal) co_return problem_response(proposal.error());
                   co_return admin.jobs.start(
                       admin.lanes.edits.get_executor(),
                       as_job([&admin, proposal = *std::move(proposal)](const Progress& progress) {
                           return admin.cluster_edits.apply(proposal, progress);
                       }));
               });
    router.add({http::Method::post, "/v1/cluster/reload", administrator},
               [&admin](const RouteCall&) -> awaitable<http::Reply> {
                   co_return admin.jobs.start(admin.lanes.edits.get_executor(),
                                              as_job([&admin](const Progress& progress) {
                                                  return admin.cluster_edits.reload(progress);
                                              }));
               });
}

}  // namespace dim::server
