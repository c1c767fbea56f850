#include "imageserver/api/job_handler.hpp"

namespace dim::server {

namespace {

using EditOfOne = Result<Edit> (ImageEdits::*)(const model::ComponentName& blade,
                                               const model::ImageName& image);

/// EDIT of the blade and the image that the path names.
boost::asio::awaitable<http::Reply> edit_one(AdminResource& admin, const RouteCall& call,
                                             EditOfOne edit) {
    const auto blade = model::ComponentName::parse(call.parameters[0]);
    if (!blade) co_return problem_response(blade.error());
    const auto image = model::ImageName::parse(call.parameters[1]);
    if (!image) co_return problem_response(image.error());
    co_return admin.jobs.start(admin.lanes.images.of(*image),
                               [&admin, edit, blade = *blade, image = *image](const Progress&) {
                                   return (admin.image_edits.*edit)(blade, image);
                               });
}

}  // namespace

void add_blade_image_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/blade-images", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   auto list = admin.images.blade_images();
                   if (!list) return problem_response(list.error());
                   return json_response(api::BladeImageList{*std::move(list)});
               }));
    router.add({http::Method::post, "/v1/blade-images", administrator},
               image_handler<api::ImageOfBlades>(
                   admin, &api::ImageOfBlades::image,
                   [&admin](const api::ImageOfBlades& request, const Progress& progress) {
                       return admin.image_edits.create_blade_images(request, progress);
                   }));
    router.add({http::Method::put, "/v1/blade-image-sizes", administrator},
               image_handler<api::ResizeBladeImages>(
                   admin, &api::ResizeBladeImages::image,
                   [&admin](const api::ResizeBladeImages& request, const Progress& progress) {
                       return admin.image_edits.resize_blade_images(request, progress);
                   }));
    router.add({http::Method::delete_, "/v1/blade-images/{blade}/{image}", administrator},
               [&admin](const RouteCall& call) {
                   return edit_one(admin, call, &ImageEdits::delete_blade_image);
               });
    router.add({http::Method::get, "/v1/trash", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(admin.images.trash());
               }));
    router.add({http::Method::post, "/v1/trash/{blade}/{image}", administrator},
               [&admin](const RouteCall& call) {
                   return edit_one(admin, call, &ImageEdits::restore_blade_image);
               });
    router.add({http::Method::delete_, "/v1/trash/{blade}/{image}", administrator},
               [&admin](const RouteCall& call) {
                   return edit_one(admin, call, &ImageEdits::purge_blade_images);
               });
}

}  // namespace dim::server
