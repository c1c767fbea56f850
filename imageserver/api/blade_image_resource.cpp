#include "imageserver/api/job_handler.hpp"

namespace dim::server {

namespace {

boost::asio::awaitable<http::Reply> delete_blade_image(Administration& administration,
                                                       JobStream& jobs, const RouteCall& call) {
    const auto blade = model::ComponentName::parse(call.parameters[0]);
    if (!blade) co_return problem_response(blade.error());
    const auto image = model::ImageName::parse(call.parameters[1]);
    if (!image) co_return problem_response(image.error());
    co_return jobs.start([&administration, blade = *blade, image = *image](const Progress&) {
        return administration.delete_blade_image(blade, image);
    });
}

}  // namespace

void add_blade_image_routes(Router& router, const AdminResource& admin) {
    using enum Audience;
    router.add(
        {http::Method::get, "/v1/blade-images", administrator},
        at_once([list = admin.blade_images](const RouteCall&) { return response_of(list()); }));
    router.add({http::Method::post, "/v1/blade-images", administrator},
               job_handler<api::ImageOfBlades>(admin, [](Administration& administration,
                                                         const api::ImageOfBlades& request,
                                                         const Progress& progress) {
                   return administration.create_blade_images(request, progress);
               }));
    router.add({http::Method::delete_, "/v1/blade-images/{blade}/{image}", administrator},
               [&administration = admin.administration, &jobs = admin.jobs](const RouteCall& call) {
                   return delete_blade_image(administration, jobs, call);
               });
}

}  // namespace dim::server
