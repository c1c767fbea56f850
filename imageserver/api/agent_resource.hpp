#pragma once

#include "imageserver/api/blade_news.hpp"
#include "imageserver/api/lanes.hpp"
#include "imageserver/api/router.hpp"
#include "imageserver/blade/boot_planner.hpp"
#include "imageserver/blade/refusals.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/state/wall_clock.hpp"

#include <chrono>
#include <optional>

namespace dim::server {

/// POST /v1/agent/…: what agents ask and report. What they report is stored before they are
/// answered; nothing of it is done on the event loop. Only root of a blade is heard: the source
/// port must be reserved.
class AgentResource {
public:
    /// The references outlive this.
    AgentResource(BootPlanner& planner, const Roster& roster, BootJournal& journal,
                  Refusals& refusals, const WallClock& clock, Lanes& lanes, BladeNews& news)
        : planner_(planner),
          roster_(roster),
          journal_(journal),
          refusals_(refusals),
          clock_(clock),
          lanes_(lanes),
          news_(news) {}

    /// ROUTER must not outlive this.
    void add_routes(Router& router);

private:
    boost::asio::awaitable<http::Reply> begin_boot(const RouteCall& call);
    /// A boot that asks for its plan.
    struct Asking {
        api::BootRequest request;
        RosterEntry entry;
        BootRecord boot;
    };
    Result<Asking> begin(const RouteCall& call);
    /// The plan is given, or refused: what the story says and the agent is answered.
    Result<api::BootPlan> decide(const Asking& asking, Result<api::BootPlan> plan);
    /// Recorded when it comes; answered when there is news, or when it has waited for it.
    boost::asio::awaitable<http::Reply> heartbeat(const RouteCall& call);
    struct Beat {
        BootRecord boot;
        std::optional<std::chrono::seconds> wait;
    };
    Result<Beat> record_heartbeat(const RouteCall& call);
    /// What there is to do for a blade whose running boot is BOOT.
    Result<api::HeartbeatAnswer> look_for_news(const BootRecord& boot) const;
    http::Response record_failure(const RouteCall& call);
    Result<api::Enrolment> enrol(const RouteCall& call);

    void add(Router& router, const char* path, RouteHandler handler);
    /// Answers who is no root of its machine; noted.
    RouteHandler refuse_user();
    /// The blade that MAC belongs to, if the request comes from its address. Errors: not_found,
    /// permission_denied; noted.
    Result<RosterEntry> identify(const model::MacAddress& mac, const http::Peer& peer);
    /// A message, or an error that was noted.
    template <class Message>
    Result<Message> read(const RouteCall& call);
    /// Stores a report about the boot whose id is in the path: RECORD of BootJournal.
    template <class Report, class Stored>
    Result<Stored> store(const RouteCall& call, const Report& report,
                         Result<Stored> (BootJournal::*record)(const model::ComponentName&,
                                                               std::string_view, const Report&,
                                                               Moment));
    template <class Report>
    RouteHandler report(Result<void> (BootJournal::*record)(const model::ComponentName&,
                                                            std::string_view, const Report&,
                                                            Moment));

    BootPlanner& planner_;
    const Roster& roster_;
    BootJournal& journal_;
    Refusals& refusals_;
    const WallClock& clock_;
    Lanes& lanes_;
    BladeNews& news_;
};

}  // namespace dim::server
