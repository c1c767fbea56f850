#include "imageserver/api/job_handler.hpp"

namespace dim::server {

namespace {

boost::asio::awaitable<http::Reply> tell_difference(AdminResource& admin, const RouteCall& call) {
    auto question = api::parse<api::BladeQuestion>(call.request.body);
    if (!question) co_return problem_response(question.error());
    const auto answer =
        [&admin, question = *std::move(question)](const Progress& progress) -> Result<std::string> {
        DIM_TRY(auto difference, admin.looks.difference(question, progress));
        return api::to_json(api::BladeDifferenceLine{.difference = std::move(difference)});
    };
    co_return admin.jobs.answer(admin.lanes.images.threads().get_executor(), answer);
}

http::Response show_file(const RouteCall& call, BladeLooks& looks) {
    const auto question = api::parse<api::PathQuestion>(call.request.body);
    if (!question) return problem_response(question.error());
    auto bytes = looks.content(*question);
    if (!bytes) return problem_response(bytes.error());
    return {.content_type = "application/octet-stream", .body = *std::move(bytes)};
}

}  // namespace

void add_look_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::post, "/v1/blade-differences", administrator},
               [&admin](const RouteCall& call) { return tell_difference(admin, call); });
    // They read blades' file systems: not beside what administrators ask of the database alone.
    router.add({http::Method::post, "/v1/path-explanations", administrator},
               message_handler<api::PathQuestion>(admin.lanes.images.threads(),
                                                  [&admin](const api::PathQuestion& question) {
                                                      return admin.looks.explain(question);
                                                  }));
    router.add({http::Method::post, "/v1/blade-files", administrator},
               lane_handler(admin.lanes.images.threads(), [&admin](const RouteCall& call) {
                   return show_file(call, admin.looks);
               }));
    router.add({http::Method::get, "/v1/blade-image-checks", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(admin.checks.last());
               }));
    router.add({http::Method::post, "/v1/blade-image-checks", administrator},
               image_handler<api::CheckBladeImages>(
                   admin, &api::CheckBladeImages::image,
                   [&admin](const api::CheckBladeImages& request, const Progress& progress) {
                       return admin.checks.run(request, progress);
                   }));
}

}  // namespace dim::server
