#include "imageserver/api/command_stream.hpp"
#include "imageserver/api/job_handler.hpp"

namespace dim::server {

namespace {

boost::asio::awaitable<http::Reply> run_command(AdminResource& admin, const RouteCall& call) {
    auto request = api::parse<api::RunCommand>(call.request.body);
    if (!request) co_return problem_response(request.error());
    // A named task: see run_on.
    const auto check = [&admin, &request] { return admin.commands.check(*request); };
    const Result<void> checked = co_await run_on(admin.lanes.answers, check);
    if (!checked) co_return problem_response(checked.error());
    const auto executor = co_await boost::asio::this_coro::executor;
    auto reply = stream_commands(executor, admin.lanes.commands.get_executor(), admin.commands,
                                 *std::move(request));
    if (!reply) co_return problem_response(reply.error());
    co_return *std::move(reply);
}

}  // namespace

void add_command_routes(Router& router, AdminResource& admin) {
    router.add({http::Method::post, "/v1/commands", Audience::administrator},
               [&admin](const RouteCall& call) { return run_command(admin, call); });
}

}  // namespace dim::server
