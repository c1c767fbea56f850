#include "imageserver/api/job_handler.hpp"
#include "imageserver/api/lane_handler.hpp"
#include "libdim/api/sync_messages.hpp"

namespace dim::server {

namespace {

/// Who asks, for the log.
std::string asker(const http::Peer& peer) {
    if (!peer.credentials) return "the management node";
    const uid_t uid = peer.credentials->uid;
    return uid == 0 ? "root" : "uid " + std::to_string(uid);
}

boost::asio::awaitable<http::Reply> sync_image(AdminResource& admin, const RouteCall& call) {
    auto request = api::parse<api::SyncImage>(call.request.body);
    if (!request) co_return problem_response(request.error());
    const auto lane = admin.lanes.images.of(request->image);
    const auto sync = [&admin, request = *std::move(request),
                       by = asker(call.peer)](const Progress& progress) -> Result<std::string> {
        DIM_TRY(auto report, admin.syncs.run(request, by, progress));
        return api::to_json(api::SyncLine{.report = std::move(report)});
    };
    co_return admin.jobs.answer(lane, sync);
}

boost::asio::awaitable<http::Reply> undo_sync(AdminResource& admin, const RouteCall& call) {
    auto request = api::parse<api::UndoSync>(call.request.body);
    if (!request) co_return problem_response(request.error());
    const auto lane = admin.lanes.images.of(request->image);
    const auto undo = [&admin, request = *std::move(request),
                       by = asker(call.peer)](const Progress& progress) -> Result<std::string> {
        DIM_TRY(auto report, admin.syncs.undo(request, by, progress));
        return api::to_json(api::SyncLine{.report = std::move(report)});
    };
    co_return admin.jobs.answer(lane, undo);
}

boost::asio::awaitable<http::Reply> list_conflicts(AdminResource& admin, const RouteCall& call) {
    const auto query = api::parse<api::SyncConflictQuery>(call.request.body);
    if (!query) co_return problem_response(query.error());
    // A look into blades' file systems waits for what is done with images; the list alone does not.
    boost::asio::thread_pool& lane =
        query->looks ? admin.lanes.images.threads() : admin.lanes.answers;
    const auto task = [&] { return http::Reply(response_of(admin.conflict_edits.list(*query))); };
    auto reply = co_await run_on(lane, task);
    co_return reply;
}

}  // namespace

void add_sync_routes(Router& router, AdminResource& admin) {
    router.add({http::Method::post, "/v1/image-syncs", Audience::administrator},
               [&admin](const RouteCall& call) { return sync_image(admin, call); });
    router.add({http::Method::post, "/v1/image-sync-undos", Audience::administrator},
               [&admin](const RouteCall& call) { return undo_sync(admin, call); });
    router.add({http::Method::post, "/v1/sync-conflicts", Audience::administrator},
               [&admin](const RouteCall& call) { return list_conflicts(admin, call); });
    router.add({http::Method::post, "/v1/sync-conflict-resolutions", Audience::administrator},
               image_handler<api::ResolveConflicts>(
                   admin, &api::ResolveConflicts::image,
                   [&admin](const api::ResolveConflicts& request, const Progress& progress) {
                       return admin.conflict_edits.resolve(request, progress);
                   }));
    router.add({http::Method::post, "/v1/sync-log", Audience::administrator},
               message_handler<api::SyncLogQuery>(
                   admin.lanes.answers,
                   [&admin](const api::SyncLogQuery& query) { return admin.syncs.log(query); }));
}

}  // namespace dim::server
