#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_image_routes(Router& router, const AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/images", administrator},
               at_once([list = admin.images](const RouteCall&) { return response_of(list()); }));
    router.add({http::Method::post, "/v1/images", administrator},
               job_handler<api::ImportImage>(admin, [](Administration& administration,
                                                       const api::ImportImage& request,
                                                       const Progress& progress) {
                   return administration.import_image(request, progress);
               }));
}

}  // namespace dim::server
