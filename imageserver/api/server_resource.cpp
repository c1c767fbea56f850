#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/lane_handler.hpp"
#include "imageserver/peer/member_answers.hpp"

#include <algorithm>
#include <memory>

namespace dim::server {

namespace {

Result<Edit> join(Membership& membership, const api::JoinCluster& request) {
    DIM_TRY(const auto management, membership.join(request));
    return Edit{.done = "this server has joined " + to_string(management)};
}

Result<Edit> leave(Membership& membership) {
    DIM_CHECK(membership.leave());
    return Edit{.done = "this server belongs to no other any more"};
}

Result<Edit> remove(Membership& membership, const std::string& text) {
    DIM_TRY(const auto name, model::ComponentName::parse(text));
    DIM_TRY(std::string done, membership.remove(name));
    return Edit{.done = std::move(done)};
}

Result<api::ServerList> servers_and_debts(AdminResource& admin) {
    DIM_TRY(auto list, admin.membership.servers());
    DIM_TRY(const auto debts, admin.rollout.behind());
    for (const DefinitionDebt& debt : debts) {
        const auto server = std::ranges::find(list.servers, debt.server, &api::ServerSummary::name);
        if (server != list.servers.end()) server->behind = debt.problem;
    }
    return list;
}

/// A job that waits for another server: RUN() returns a Result<Edit>.
template <class Run>
http::Reply start(AdminResource& admin, Run run) {
    return admin.jobs.start(admin.lanes.servers.get_executor(),
                            [run = std::move(run)](const Progress&) { return run(); });
}

/// What a member answers to the same question.
void add_member_routes(Router& router, AdminResource& admin) {
    const auto answers = std::make_shared<MemberAnswers>(admin.membership, admin.clock);
    for (const char* question : {"/status", "/blade-images"}) {
        // A lane with many threads: each waits for one member.
        router.add({http::Method::get, "/v1/servers/{name}" + std::string(question),
                    Audience::administrator},
                   lane_handler(admin.lanes.relays, [answers, question](const RouteCall& call) {
                       const auto name = model::ComponentName::parse(call.parameters.front());
                       if (!name) return problem_response(name.error());
                       return response_of(answers->ask(*name, "/v1" + std::string(question)));
                   }));
    }
}

}  // namespace

void add_server_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    using boost::asio::awaitable;
    Membership& membership = admin.membership;
    add_member_routes(router, admin);
    router.add({http::Method::get, "/v1/servers", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(servers_and_debts(admin));
               }));
    router.add({http::Method::post, "/v1/cluster-rollouts", administrator},
               [&admin](const RouteCall& call) -> awaitable<http::Reply> {
                   const auto read = [&call] {
                       return api::parse<api::RolloutProposal>(call.request.body);
                   };
                   auto proposal = co_await run_on(admin.lanes.answers, read);
                   if (!proposal) co_return problem_response(proposal.error());
                   co_return admin.jobs.start(admin.lanes.rollouts.get_executor(),
                                              [&admin, proposal = *std::move(proposal)](
                                                  const Progress& progress) -> Result<Edit> {
                                                  DIM_TRY(std::string done,
                                                          admin.rollout.apply(proposal, progress));
                                                  return Edit{.done = std::move(done)};
                                              });
               });
    router.add({http::Method::post, "/v1/server-tokens", administrator},
               message_handler<api::InviteServer>(admin.lanes.servers,
                                                  [&membership](const api::InviteServer& request) {
                                                      return membership.invite(request.server);
                                                  }));
    router.add({http::Method::delete_, "/v1/servers/{name}", administrator},
               [&admin](const RouteCall& call) -> awaitable<http::Reply> {
                   co_return start(admin, [&admin, name = call.parameters.front()] {
                       return remove(admin.membership, name);
                   });
               });
    router.add({http::Method::post, "/v1/membership", administrator},
               [&admin](const RouteCall& call) -> awaitable<http::Reply> {
                   auto request = api::parse<api::JoinCluster>(call.request.body);
                   if (!request) co_return problem_response(request.error());
                   co_return start(admin, [&admin, request = *std::move(request)] {
                       return join(admin.membership, request);
                   });
               });
    router.add({http::Method::delete_, "/v1/membership", administrator},
               [&admin](const RouteCall&) -> awaitable<http::Reply> {
                   co_return start(admin, [&admin] { return leave(admin.membership); });
               });
}

void add_join_route(Router& router, AdminResource& admin) {
    router.add(
        {http::Method::post, "/v1/server-joins", Audience::server},
        lane_handler(admin.lanes.servers, [&membership = admin.membership](const RouteCall& call) {
            const auto request = api::parse<api::JoinRequest>(call.request.body);
            if (!request) return problem_response(request.error());
            return response_of(membership.admit(*request, model::Ipv4Address(call.peer.address)));
        }));
}

}  // namespace dim::server
