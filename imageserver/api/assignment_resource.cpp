#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_assignment_routes(Router& router, const AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/dhcp", administrator},
               at_once([&administration = admin.administration](const RouteCall&) {
                   auto hosts = administration.dhcp_hosts();
                   if (!hosts) return problem_response(hosts.error());
                   return json_response(api::DhcpHostList{*std::move(hosts)});
               }));
    router.add({http::Method::put, "/v1/assignments", administrator},
               job_handler<api::ImageOfBlades>(admin, [](Administration& administration,
                                                         const api::ImageOfBlades& request,
                                                         const Progress& progress) {
                   return administration.assign(request, progress);
               }));
    router.add(
        {http::Method::delete_, "/v1/assignments", administrator},
        job_handler<api::Blades>(admin, [](Administration& administration,
                                           const api::Blades& request, const Progress& progress) {
            return administration.unassign(request, progress);
        }));
}

}  // namespace dim::server
