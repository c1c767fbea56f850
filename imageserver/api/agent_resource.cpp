#include "imageserver/api/agent_resource.hpp"

#include "imageserver/api/lane_handler.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/api/limits.hpp"

#include <boost/asio/this_coro.hpp>

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

Result<AgentResource::Asking> AgentResource::begin(const RouteCall& call) {
    DIM_TRY(auto request, read<api::BootRequest>(call));
    DIM_TRY(auto entry, identify(request.mac, call.peer));
    DIM_TRY(auto boot, journal_.begin_boot(entry.blade.name, request, clock_.now()));
    return Asking{std::move(request), std::move(entry), std::move(boot)};
}

Result<api::BootPlan> AgentResource::decide(const Asking& asking, Result<api::BootPlan> plan) {
    if (plan) {
        plan->boot_id = boot_id(asking.boot);
        DIM_CHECK(journal_.record_plan(asking.boot.key, *plan, clock_.now()));
    } else {
        DIM_CHECK(journal_.record_refused_plan(asking.boot.key, plan.error(),
                                               asking.request.attempt, clock_.now()));
    }
    return plan;
}

asio::awaitable<http::Reply> AgentResource::begin_boot(const RouteCall& call) {
    const auto note_request = [this, &call] { return begin(call); };
    const auto asking = co_await run_on(lanes_.reports, note_request);
    if (!asking) co_return problem_response(asking.error());

    const auto plan_at_once = [this, &asking] {
        return planner_.plan_at_once(asking->entry, asking->request);
    };
    auto at_once = co_await run_on(lanes_.plans, plan_at_once);
    Result<api::BootPlan> plan = fail(ErrorCode::unavailable, "not served yet");
    if (!at_once) {
        plan = fail(std::move(at_once).error());
    } else if (*at_once) {
        plan = **std::move(at_once);
    } else {
        const auto plan_after_mounting = [this, &asking] {
            return planner_.plan(asking->entry, asking->request);
        };
        plan = co_await run_on(lanes_.mounts, plan_after_mounting);
    }

    const auto note_plan = [this, &asking, &plan] { return decide(*asking, std::move(plan)); };
    const auto decided = co_await run_on(lanes_.reports, note_plan);
    http::Response response = response_of(decided);
    if (!decided) response.retry_after = kPlanRetry;
    co_return http::Reply(std::move(response));
}

Result<api::Enrolment> AgentResource::enrol(const RouteCall& call) {
    DIM_TRY(const auto request, read<api::EnrolmentRequest>(call));
    DIM_TRY(const auto entry, identify(request.mac, call.peer));
    DIM_TRY(std::string token, new_boot_token());
    DIM_TRY(const auto boot,
            journal_.record_enrolment(entry.blade.name, request, token, clock_.now()));
    return api::Enrolment{.boot_id = boot_id(boot), .token = std::move(token)};
}

http::Response AgentResource::record_failure(const RouteCall& call) {
    const auto report = read<api::FailureReport>(call);
    if (!report) return problem_response(report.error());
    const auto entry = identify(report->mac, call.peer);
    if (!entry) return problem_response(entry.error());
    const auto stored = journal_.record_failure(entry->blade.name, *report, clock_.now());
    if (!stored && stored.error().code() == ErrorCode::permission_denied)
        refusals_.note_agent(call.peer, "wrong-token", stored.error());
    return response_of(stored);
}

template <class Report, class Stored>
Result<Stored>
AgentResource::store(const RouteCall& call, const Report& report,
                     Result<Stored> (BootJournal::*record)(const model::ComponentName&,
                                                           std::string_view, const Report&,
                                                           Moment)) {
    const auto entry = roster_.find(model::Ipv4Address(call.peer.address));
    if (!entry) {
        refusals_.note_agent(call.peer, "unknown-address", entry.error());
        return fail(entry.error());
    }
    auto stored =
        (journal_.*record)(entry->blade.name, call.parameters.front(), report, clock_.now());
    if (!stored && stored.error().code() == ErrorCode::permission_denied)
        refusals_.note_agent(call.peer, "wrong-token", stored.error());
    return stored;
}

template <class Report>
RouteHandler AgentResource::report(Result<void> (BootJournal::*record)(const model::ComponentName&,
                                                                       std::string_view,
                                                                       const Report&, Moment)) {
    return lane_handler(lanes_.reports, [this, record](const RouteCall& call) {
        const auto message = read<Report>(call);
        if (!message) return problem_response(message.error());
        return response_of(store(call, *message, record));
    });
}

Result<AgentResource::Beat> AgentResource::record_heartbeat(const RouteCall& call) {
    DIM_TRY(const auto beat, read<api::Heartbeat>(call));
    if (beat.wait_seconds.value_or(0) > api::limits::kHeartbeatWaitSeconds) {
        const Error error(ErrorCode::limit_exceeded,
                          "wait_seconds: no more than " +
                              std::to_string(api::limits::kHeartbeatWaitSeconds));
        refusals_.note_agent(call.peer, "malformed", error);
        return fail(error);
    }
    DIM_TRY(auto boot, store(call, beat, &BootJournal::record_heartbeat));
    return Beat{.boot = std::move(boot),
                .wait = beat.wait_seconds.transform(
                    [](std::uint32_t seconds) { return std::chrono::seconds(seconds); })};
}

Result<api::HeartbeatAnswer> AgentResource::look_for_news(const BootRecord& boot) const {
    DIM_TRY(auto shared, planner_.move_at_once(boot, clock_.now()));
    return api::HeartbeatAnswer{.shared = std::move(shared)};
}

asio::awaitable<http::Reply> AgentResource::heartbeat(const RouteCall& call) {
    const auto record = [this, &call] { return record_heartbeat(call); };
    const auto beat = co_await run_on(lanes_.reports, record);
    if (!beat) co_return problem_response(beat.error());
    if (!beat->wait) co_return empty_response();

    // Before the first look, so that no news comes between the two.
    const auto executor = co_await asio::this_coro::executor;
    auto waiter = news_.begin(beat->boot.blade, executor);
    const auto look = [this, &beat] { return look_for_news(beat->boot); };
    auto answer = co_await run_on(lanes_.plans, look);
    if (answer && !answer->shared && *beat->wait > std::chrono::seconds(0)) {
        auto until_news = waiter.wait(*beat->wait);
        co_await std::move(until_news);
        answer = co_await run_on(lanes_.plans, look);
    }
    co_return response_of(answer);
}

RouteHandler AgentResource::refuse_user() {
    return lane_handler(lanes_.reports, [this](const RouteCall& call) {
        const Error error =
            Error(ErrorCode::permission_denied,
                  "a request for " + call.request.target + " comes from port " +
                      std::to_string(call.peer.port) + ", which any user of a blade can have")
                .with_cure("a user there tried it; or the blade's boot file is older than this "
                           "server: dim buildzimage IMAGE, then power the blade off and on");
        refusals_.note_agent(call.peer, "user-port", error);
        return problem_response(error);
    });
}

void AgentResource::add(Router& router, const char* path, RouteHandler handler) {
    router.add({http::Method::post, path, Audience::agent},
               [handler = std::move(handler), refuse = refuse_user()](const RouteCall& call) {
                   return api::is_reserved_port(call.peer.port) ? handler(call) : refuse(call);
               });
}

void AgentResource::add_routes(Router& router) {
    add(router, "/v1/agent/boots", [this](const RouteCall& call) { return begin_boot(call); });
    add(router, "/v1/agent/boots/{boot_id}/stages", report(&BootJournal::record_stages));
    add(router, "/v1/agent/boots/{boot_id}/running", report(&BootJournal::record_running));
    add(router, "/v1/agent/boots/{boot_id}/heartbeats",
        [this](const RouteCall& call) { return heartbeat(call); });
    add(router, "/v1/agent/boots/{boot_id}/moves", report(&BootJournal::record_move));
    add(router, "/v1/agent/boots/{boot_id}/restarts", report(&BootJournal::record_restarts));
    add(router, "/v1/agent/enrolments", lane_handler(lanes_.reports, [this](const RouteCall& call) {
            return response_of(enrol(call));
        }));
    add(router, "/v1/agent/failures", lane_handler(lanes_.reports, [this](const RouteCall& call) {
            return record_failure(call);
        }));
}

}  // namespace dim::server
