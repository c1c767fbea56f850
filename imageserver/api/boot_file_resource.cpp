#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_boot_file_routes(Router& router, const AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/boot-files/{image}", administrator},
               at_once([find = admin.boot_file](const RouteCall& call) {
                   const auto image = model::ImageName::parse(call.parameters.front());
                   if (!image) return problem_response(image.error());
                   const auto file = find(*image);
                   if (!file) return problem_response(file.error());
                   if (*file) return json_response(**file);
                   return problem_response(Error(ErrorCode::not_found,
                                                 "image " + to_string(*image) + " has no boot file")
                                               .with_cure("dim buildzimage " + to_string(*image)));
               }));
    router.add({http::Method::post, "/v1/boot-files", administrator},
               job_handler<api::BuildBootFile>(admin, [](Administration& administration,
                                                         const api::BuildBootFile& request,
                                                         const Progress& progress) {
                   return administration.build_boot_file(request, progress);
               }));
}

}  // namespace dim::server
