#pragma once

#include "imageserver/api/refusal_log.hpp"
#include "imageserver/api/router.hpp"
#include "imageserver/blade/blade_log.hpp"
#include "imageserver/blade/boot_plan.hpp"
#include "imageserver/blade/roster.hpp"

#include <boost/asio/thread_pool.hpp>
#include <functional>

namespace dim::server {

/// POST /v1/agent/…: what agents ask and report. What they report is stored before they are
/// answered.
class AgentResource {
public:
    /// Looks up what a plan is made of; makes the blade image ready. May block.
    using FactsSource = std::function<BootPlanFacts(const RosterEntry&)>;

    struct Settings {
        FactsSource facts;
        std::function<Result<std::string>()> make_token;  ///< 32 hexadecimal digits
        std::function<model::Timestamp()> clock;
    };

    /// The references outlive this; plans are looked up on WORKERS.
    AgentResource(Settings settings, const Roster& roster, BladeLog& log, RefusalLog& refusals,
                  boost::asio::thread_pool& workers)
        : settings_(std::move(settings)),
          roster_(roster),
          log_(log),
          refusals_(refusals),
          workers_(workers) {}

    /// ROUTER must not outlive this.
    void add_routes(Router& router);

private:
    boost::asio::awaitable<http::Reply> begin_boot(const RouteCall& call);
    Result<api::BootPlan> give_plan(const BootRecord& boot, const api::BootRequest& request,
                                    const RosterEntry& entry);
    http::Response record_failure(const RouteCall& call);

    /// The blade that MAC belongs to, if the request comes from its address. Errors: not_found,
    /// permission_denied; noted.
    Result<RosterEntry> identify(const model::MacAddress& mac, const http::Peer& peer);
    /// A message, or an error that was noted.
    template <class Message>
    Result<Message> read(const RouteCall& call);
    /// A report about a boot whose id is in the path.
    template <class Report>
    RouteHandler report(Result<void> (BladeLog::*record)(const model::ComponentName&,
                                                         std::string_view, const Report&,
                                                         model::Timestamp));

    Settings settings_;
    const Roster& roster_;
    BladeLog& log_;
    RefusalLog& refusals_;
    boost::asio::thread_pool& workers_;
};

}  // namespace dim::server
