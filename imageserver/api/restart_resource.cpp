#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/lane_handler.hpp"

namespace dim::server {

void add_restart_routes(Router& router, AdminResource& admin) {
    router.add({http::Method::post, "/v1/restarts", Audience::administrator},
               message_handler<api::RestartQuery>(
                   admin.lanes.answers, [&admin](const api::RestartQuery& query) {
                       return admin.restarts.look(query, admin.clock.now());
                   }));
}

}  // namespace dim::server
