#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_cluster_routes(Router& router, const AdminResource& admin) {
    router.add({http::Method::post, "/v1/cluster/reload", Audience::administrator},
               [&administration = admin.administration,
                &jobs = admin.jobs](const RouteCall&) -> boost::asio::awaitable<http::Reply> {
                   co_return jobs.start([&administration](const Progress& progress) {
                       return administration.reload_cluster(progress);
                   });
               });
}

}  // namespace dim::server
