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

/// The image that the path names, and what ASK makes of it.
template <class Ask>
http::Response of_named_image(const RouteCall& call, Ask ask) {
    const auto name = model::ImageName::parse(call.parameters[0]);
    if (!name) return problem_response(name.error());
    return response_of(ask(*name));
}

/// With the size of its boot file.
Result<api::ImageDetails> describe_image(const model::ImageName& name, const Images& images,
                                         const BootFiles& boot_files) {
    DIM_TRY(api::ImageDetails details, images.image_details(name));
    DIM_TRY(const auto file, boot_files.current(name));
    if (file) details.image.zimage_bytes = file->bytes;
    return details;
}

}  // namespace

void add_image_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/images", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(list_images(admin.images, admin.boot_files));
               }));
    router.add({http::Method::get, "/v1/images/{image}", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall& call) {
                   return of_named_image(call, [&admin](const model::ImageName& name) {
                       return describe_image(name, admin.images, admin.boot_files);
                   });
               }));
    router.add({http::Method::post, "/v1/images/{image}/check", administrator},
               lane_handler(admin.lanes.images.threads(), [&admin](const RouteCall& call) {
                   return of_named_image(call, [&admin](const model::ImageName& name) {
                       return admin.images.check_image(name);
                   });
               }));
    router.add({http::Method::post, "/v1/images", administrator},
               image_handler<api::ImportImage>(
                   admin, &api::ImportImage::name,
                   [&admin](const api::ImportImage& request, const Progress& progress) {
                       return admin.image_edits.import_image(request, progress);
                   }));
}

}  // namespace dim::server
