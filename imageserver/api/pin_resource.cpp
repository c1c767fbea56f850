#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_pin_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add(
        {http::Method::put, "/v1/image-pins", administrator},
        image_handler<api::PinBlades>(admin, &api::PinBlades::image,
                                      [&admin](const api::PinBlades& request, const Progress&) {
                                          return admin.image_edits.pin_blades(request);
                                      }));
    router.add({http::Method::delete_, "/v1/image-pins", administrator},
               image_handler<api::ImageOfBlades>(
                   admin, &api::ImageOfBlades::image,
                   [&admin](const api::ImageOfBlades& request, const Progress&) {
                       return admin.image_edits.unpin_blades(request);
                   }));
}

}  // namespace dim::server
