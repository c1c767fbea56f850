#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/worker_handler.hpp"

namespace dim::server {

void add_name_routes(Router& router, const AdminResource& admin) {
    router.add({http::Method::post, "/v1/names", Audience::administrator},
               message_handler<api::NameQuery>(
                   admin.workers,
                   [&names = admin.names, clock = admin.clock](const api::NameQuery& query) {
                       return names.find(query, clock());
                   }));
}

}  // namespace dim::server
