#include "imageserver/api/job_handler.hpp"

namespace dim::server {

namespace {

http::Response find_boot_file(const BootFiles& boot_files, const std::string& name) {
    const auto image = model::ImageName::parse(name);
    if (!image) return problem_response(image.error());
    const auto file = boot_files.current(*image);
    if (!file) return problem_response(file.error());
    if (*file) return json_response(**file);
    return problem_response(
        Error(ErrorCode::not_found, "image " + to_string(*image) + " has no boot file")
            .with_cure("dim buildzimage " + to_string(*image)));
}

}  // namespace

void add_boot_file_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/boot-files/{image}", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall& call) {
                   return find_boot_file(admin.boot_files, call.parameters.front());
               }));
    router.add({http::Method::post, "/v1/boot-files", administrator},
               image_handler<api::BuildBootFile>(
                   admin, &api::BuildBootFile::image,
                   [&admin](const api::BuildBootFile& request, const Progress& progress) {
                       return admin.image_edits.build_boot_file(request, progress);
                   }));
}

}  // namespace dim::server
