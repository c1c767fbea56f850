#include "imageserver/api/job_handler.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/base/parse_number.hpp"

namespace dim::server {

namespace {

using boost::asio::awaitable;

Result<api::IncomingGeneration> add_piece(IncomingEdits& incoming, const RouteCall& call) {
    DIM_TRY(const auto image, model::ImageName::parse(call.parameters[0]));
    DIM_TRY(const auto offset, parse_number<std::uint64_t>(call.parameters[1]));
    return incoming.add(image, offset, call.request.body);
}

awaitable<http::Reply> make_generation(AdminResource& admin, const RouteCall& call) {
    const auto image = model::ImageName::parse(call.parameters[0]);
    if (!image) co_return problem_response(image.error());
    co_return admin.jobs.start(admin.lanes.images.of(*image),
                               [&admin, image = *image](const Progress& progress) {
                                   return admin.incoming_edits.make(image, progress);
                               });
}

awaitable<http::Reply> sync_servers(AdminResource& admin, const RouteCall& call) {
    auto request = api::parse<api::SyncServers>(call.request.body);
    if (!request) co_return problem_response(request.error());
    const auto sync =
        [&admin, request = *std::move(request)](const Progress& progress) -> Result<std::string> {
        DIM_TRY(auto report, admin.server_syncs.run(request, progress));
        return api::to_json(api::ServerSyncLine{.report = std::move(report)});
    };
    co_return admin.jobs.answer(admin.lanes.pushes.get_executor(), sync);
}

}  // namespace

void add_push_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::post, "/v1/incoming-generations", administrator},
               message_handler<api::OfferGeneration>(admin.lanes.pieces,
                                                     [&admin](const api::OfferGeneration& offer) {
                                                         return admin.incoming_edits.begin(offer);
                                                     }));
    router.add({http::Method::put, "/v1/incoming-generations/{image}/{offset}", administrator},
               lane_handler(admin.lanes.pieces, [&admin](const RouteCall& call) {
                   return response_of(add_piece(admin.incoming_edits, call));
               }));
    router.add({http::Method::post, "/v1/incoming-generations/{image}", administrator},
               [&admin](const RouteCall& call) { return make_generation(admin, call); });
    router.add({http::Method::post, "/v1/server-syncs", administrator},
               [&admin](const RouteCall& call) { return sync_servers(admin, call); });
}

}  // namespace dim::server
