#include "imageserver/api/job_handler.hpp"

namespace dim::server {

namespace {

/// With the size of each image's boot file.
Result<api::ImageList> list_images(const Images& images, const BootFiles& boot_files) {
    DIM_TRY(auto list, images.images());
    for (api::ImageSummary& image : list) {
        DIM_TRY(const auto file, boot_files.current(image.name));
        if (file) image.zimage_bytes = file->bytes;
    }
    return api::ImageList{std::move(list)};
}

}  // namespace

void add_image_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/images", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(list_images(admin.images, admin.boot_files));
               }));
    router.add({http::Method::post, "/v1/images", administrator},
               image_handler<api::ImportImage>(
                   admin, &api::ImportImage::name,
                   [&admin](const api::ImportImage& request, const Progress& progress) {
                       return admin.image_edits.import_image(request, progress);
                   }));
}

}  // namespace dim::server
