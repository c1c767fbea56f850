#include "imageserver/api/agent_resource.hpp"

#include "imageserver/api/reply.hpp"
#include "libdim/api/agent_messages.hpp"

#include <chrono>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kPlanRetry{5};

}  // namespace

template <class Message>
Result<Message> AgentResource::read(const RouteCall& call) {
    auto message = api::parse<Message>(call.request.body);
    if (!message) refusals_.note_agent(call.peer, "malformed", message.error());
    return message;
}

Result<RosterEntry> AgentResource::identify(const model::MacAddress& mac, const http::Peer& peer) {
    auto entry = roster_.find(mac);
    if (!entry) {
        refusals_.note_agent(peer, "unknown-mac", entry.error());
        return entry;
    }
    if (entry->address == model::Ipv4Address(peer.address)) return entry;
    const Error error =
        Error(ErrorCode::permission_denied,
              "MAC " + to_string(mac) + " is that of " + to_string(entry->blade.name) + " at " +
                  to_string(entry->address) + ", the request comes from " + to_string(peer))
            .with_cure("check who uses the address or the MAC twice");
    refusals_.note_agent(peer, "unknown-address", error);
    return fail(error);
}

Result<api::BootPlan> AgentResource::give_plan(const BootRecord& boot,
                                               const api::BootRequest& request,
                                               const RosterEntry& entry) {
    DIM_TRY(api::BootPlan plan, plan_boot(request, settings_.facts(entry)));
    plan.boot_id = boot_id(boot);
    DIM_TRY(plan.token, settings_.make_token());
    DIM_CHECK(log_.record_plan(boot.key, plan, settings_.clock()));
    return plan;
}

asio::awaitable<http::Reply> AgentResource::begin_boot(const RouteCall& call) {
    const auto request = read<api::BootRequest>(call);
    if (!request) co_return problem_response(request.error());
    const auto entry = identify(request->mac, call.peer);
    if (!entry) co_return problem_response(entry.error());
    const auto boot = log_.begin_boot(entry->blade.name, *request, settings_.clock());
    if (!boot) co_return problem_response(boot.error());

    auto look_up = [this, &boot, &request, &entry]() -> Result<api::BootPlan> {
        auto plan = give_plan(*boot, *request, *entry);
        if (!plan) {
            DIM_CHECK(log_.record_refused_plan(boot->key, plan.error(), request->attempt,
                                               settings_.clock()));
        }
        return plan;
    };
    const Result<api::BootPlan> plan = co_await run_on(workers_, std::move(look_up));
    http::Response response = response_of(plan);
    if (!plan) response.retry_after = kPlanRetry;
    co_return http::Reply(std::move(response));
}

http::Response AgentResource::record_failure(const RouteCall& call) {
    const auto report = read<api::FailureReport>(call);
    if (!report) return problem_response(report.error());
    const auto entry = identify(report->mac, call.peer);
    if (!entry) return problem_response(entry.error());
    const auto stored = log_.record_failure(entry->blade.name, *report, settings_.clock());
    if (!stored && stored.error().code() == ErrorCode::permission_denied)
        refusals_.note_agent(call.peer, "wrong-token", stored.error());
    return response_of(stored);
}

template <class Report>
RouteHandler AgentResource::report(Result<void> (BladeLog::*record)(const model::ComponentName&,
                                                                    std::string_view, const Report&,
                                                                    model::Timestamp)) {
    return at_once([this, record](const RouteCall& call) {
        const auto message = read<Report>(call);
        if (!message) return problem_response(message.error());
        const auto entry = roster_.find(model::Ipv4Address(call.peer.address));
        if (!entry) {
            refusals_.note_agent(call.peer, "unknown-address", entry.error());
            return problem_response(entry.error());
        }
        const auto stored =
            (log_.*record)(entry->blade.name, call.parameters.front(), *message, settings_.clock());
        if (!stored && stored.error().code() == ErrorCode::permission_denied)
            refusals_.note_agent(call.peer, "wrong-token", stored.error());
        return response_of(stored);
    });
}

void AgentResource::add_routes(Router& router) {
    using enum Audience;
    router.add({http::Method::post, "/v1/agent/boots", agent},
               [this](const RouteCall& call) { return begin_boot(call); });
    router.add({http::Method::post, "/v1/agent/boots/{boot_id}/stages", agent},
               report(&BladeLog::record_stages));
    router.add({http::Method::post, "/v1/agent/boots/{boot_id}/running", agent},
               report(&BladeLog::record_running));
    router.add({http::Method::post, "/v1/agent/boots/{boot_id}/heartbeats", agent},
               report(&BladeLog::record_heartbeat));
    router.add({http::Method::post, "/v1/agent/failures", agent},
               at_once([this](const RouteCall& call) { return record_failure(call); }));
}

}  // namespace dim::server
