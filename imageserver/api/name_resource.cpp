#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/lane_handler.hpp"

namespace dim::server {

void add_name_routes(Router& router, AdminResource& admin) {
    router.add(
        {http::Method::post, "/v1/names", Audience::administrator},
        message_handler<api::NameQuery>(admin.lanes.answers, [&admin](const api::NameQuery& query) {
            return admin.names.find(query, admin.clock.now());
        }));
}

}  // namespace dim::server
