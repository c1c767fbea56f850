#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/worker_handler.hpp"
#include "libdim/base/parse_number.hpp"

namespace dim::server {

namespace {

using boost::asio::awaitable;

JobStream::Job as_job(std::function<Result<std::string>(const Progress&)> bring_into_force) {
    return
        [bring_into_force = std::move(bring_into_force)](const Progress& progress) -> Result<Edit> {
            DIM_TRY(std::string done, bring_into_force(progress));
            return Edit{.done = std::move(done)};
        };
}

void add_proposal_routes(Router& router, const AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::post, "/v1/cluster/difference", administrator},
               message_handler<api::ClusterProposal>(
                   admin.workers, [&cluster = admin.cluster](const api::ClusterProposal& proposal) {
                       return cluster.difference(proposal);
                   }));
    router.add({http::Method::put, "/v1/cluster", administrator},
               [&cluster = admin.cluster, &jobs = admin.jobs,
                &workers = admin.workers](const RouteCall& call) -> awaitable<http::Reply> {
                   const auto read = [&call] {
                       return api::parse<api::ClusterProposal>(call.request.body);
                   };
                   auto proposal = co_await run_on(workers, read);
                   if (!proposal) co_return problem_response(proposal.error());
                   co_return jobs.start(as_job(
                       [&cluster, proposal = *std::move(proposal)](const Progress& progress) {
                           return cluster.apply(proposal, progress);
                       }));
               });
    router.add(
        {http::Method::post, "/v1/cluster/reload", administrator},
        [&cluster = admin.cluster, &jobs = admin.jobs](const RouteCall&) -> awaitable<http::Reply> {
            co_return jobs.start(
                as_job([&cluster](const Progress& progress) { return cluster.reload(progress); }));
        });
}

}  // namespace

void add_cluster_routes(Router& router, const AdminResource& admin) {
    using enum Audience;
    ClusterAdministration& cluster = admin.cluster;
    router.add({http::Method::get, "/v1/cluster", administrator},
               worker_handler(admin.workers, [&cluster](const RouteCall&) {
                   return response_of(cluster.current());
               }));
    router.add({http::Method::get, "/v1/cluster/revisions", administrator},
               worker_handler(admin.workers, [&cluster](const RouteCall&) {
                   return response_of(cluster.revisions());
               }));
    router.add({http::Method::get, "/v1/cluster/revisions/{number}", administrator},
               worker_handler(admin.workers, [&cluster](const RouteCall& call) {
                   const auto number = parse_number<std::uint32_t>(call.parameters.front());
                   if (!number) return problem_response(number.error());
                   return response_of(cluster.revision(*number));
               }));
    add_proposal_routes(router, admin);
}

}  // namespace dim::server
