#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_mac_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/macs", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(admin.mac_edits.list());
               }));
    router.add({http::Method::put, "/v1/macs", administrator},
               edit_handler<api::LearnMacs>(
                   admin, [&admin](const api::LearnMacs& request, const Progress&) {
                       return admin.mac_edits.learn(request);
                   }));
}

}  // namespace dim::server
