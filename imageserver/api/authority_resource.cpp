#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_authority_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/authority", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(admin.authority_edits.status());
               }));
    // Builds boot files, one after the other: on a thread of the images, not on the lane of edits.
    router.add({http::Method::post, "/v1/authority/rotation", administrator},
               [&admin](const RouteCall& call) -> boost::asio::awaitable<http::Reply> {
                   auto message = api::parse<api::RotateAuthority>(call.request.body);
                   if (!message) co_return problem_response(message.error());
                   co_return admin.jobs.start(
                       admin.lanes.images.threads().get_executor(),
                       [&admin, request = *message](const Progress& progress) -> Result<Edit> {
                           return admin.authority_edits.rotate(request, progress);
                       });
               });
}

}  // namespace dim::server
