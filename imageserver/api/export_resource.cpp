#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_export_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/exports", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return json_response(api::NfsExportList{admin.exports.offered()});
               }));
    router.add({http::Method::put, "/v1/exports", administrator},
               edit_handler<api::ImageOfBlades>(
                   admin, [&admin](const api::ImageOfBlades& request, const Progress& progress) {
                       return admin.export_edits.export_images(request, progress);
                   }));
    router.add({http::Method::delete_, "/v1/exports", administrator},
               edit_handler<api::ImageOfBlades>(
                   admin, [&admin](const api::ImageOfBlades& request, const Progress& progress) {
                       return admin.export_edits.unexport_images(request, progress);
                   }));
}

}  // namespace dim::server
