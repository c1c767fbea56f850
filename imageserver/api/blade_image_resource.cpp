#include "imageserver/api/job_handler.hpp"

namespace dim::server {

namespace {

boost::asio::awaitable<http::Reply> delete_blade_image(AdminResource& admin,
                                                       const RouteCall& call) {
    const auto blade = model::ComponentName::parse(call.parameters[0]);
    if (!blade) co_return problem_response(blade.error());
    const auto image = model::ImageName::parse(call.parameters[1]);
    if (!image) co_return problem_response(image.error());
    co_return admin.jobs.start(admin.lanes.images.of(*image),
                               [&admin, blade = *blade, image = *image](const Progress&) {
                                   return admin.image_edits.delete_blade_image(blade, image);
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
    router.add({http::Method::delete_, "/v1/blade-images/{blade}/{image}", administrator},
               [&admin](const RouteCall& call) { return delete_blade_image(admin, call); });
}

}  // namespace dim::server
