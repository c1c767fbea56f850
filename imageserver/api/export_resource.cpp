#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_export_routes(Router& router, const AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/exports", administrator},
               at_once([list = admin.exports](const RouteCall&) { return json_response(list()); }));
    router.add({http::Method::put, "/v1/exports", administrator},
               job_handler<api::ImageOfBlades>(admin, [](Administration& administration,
                                                         const api::ImageOfBlades& request,
                                                         const Progress& progress) {
                   return administration.export_images(request, progress);
               }));
    router.add({http::Method::delete_, "/v1/exports", administrator},
               job_handler<api::ImageOfBlades>(admin, [](Administration& administration,
                                                         const api::ImageOfBlades& request,
                                                         const Progress& progress) {
                   return administration.unexport_images(request, progress);
               }));
}

}  // namespace dim::server
