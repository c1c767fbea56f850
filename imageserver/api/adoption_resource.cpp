#include "imageserver/api/job_handler.hpp"

namespace dim::server {

namespace {

Result<api::UnknownFileList> list_unknown_files(const Images& images) {
    DIM_TRY(auto files, images.unknown_files());
    return api::UnknownFileList{std::move(files)};
}

}  // namespace

void add_adoption_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/unknown-files", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(list_unknown_files(admin.images));
               }));
    router.add({http::Method::post, "/v1/adopted-images", administrator},
               image_handler<api::AdoptImage>(
                   admin, &api::AdoptImage::name,
                   [&admin](const api::AdoptImage& request, const Progress& progress) {
                       return admin.image_edits.adopt_image(request, progress);
                   }));
    router.add({http::Method::post, "/v1/adopted-blade-images", administrator},
               image_handler<api::ImageOfBlades>(
                   admin, &api::ImageOfBlades::image,
                   [&admin](const api::ImageOfBlades& request, const Progress& progress) {
                       return admin.image_edits.adopt_blade_images(request, progress);
                   }));
}

}  // namespace dim::server
