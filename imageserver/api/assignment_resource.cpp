#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_assignment_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/dhcp", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   auto hosts = admin.dhcp.hosts();
                   if (!hosts) return problem_response(hosts.error());
                   return json_response(api::DhcpHostList{*std::move(hosts)});
               }));
    router.add({http::Method::put, "/v1/assignments", administrator},
               edit_handler<api::ImageOfBlades>(
                   admin, [&admin](const api::ImageOfBlades& request, const Progress& progress) {
                       return admin.assignment_edits.assign(request, progress);
                   }));
    router.add({http::Method::delete_, "/v1/assignments", administrator},
               edit_handler<api::Blades>(
                   admin, [&admin](const api::Blades& request, const Progress& progress) {
                       return admin.assignment_edits.unassign(request, progress);
                   }));
}

}  // namespace dim::server
