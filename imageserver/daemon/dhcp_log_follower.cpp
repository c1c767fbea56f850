#include "imageserver/daemon/dhcp_log_follower.hpp"

#include "imageserver/daemon/insist.hpp"
#include "imageserver/daemon/report.hpp"

#include <utility>

namespace dim::server {

Result<void> DhcpLogFollower::open() {
    DIM_TRY(DhcpLogWatch log, settings_.open());
    log_.emplace(std::move(log));
    return {};
}

boost::asio::awaitable<void> DhcpLogFollower::follow(Alerts& alerts, const WallClock& clock) {
    // Named: g++ 12 destroys temporaries of a co_await twice.
    StartStep step{.kind = "dhcp-log-watch",
                   .origin = settings_.file,
                   .where = settings_.lane,
                   .run = [this] { return open(); }};
    auto opened = insist(std::move(step), alerts, clock, settings_.lane);
    co_await std::move(opened);
    if (auto watched =
            watch_readable(loop_, log_->event_fd(), settings_.lane, [this] { return read(); });
        !watched)
        report("the DHCP server's log", watched.error());
}

/// One step, so that what else is due on the lane has its turn whatever floods the log.
Watch DhcpLogFollower::read() {
    const auto rest = log_->read();
    const std::string problem = rest ? "" : to_string(rest.error());
    if (!rest && problem != problem_) report("the DHCP server's log", rest.error());
    problem_ = problem;
    if (!rest) return Watch::later;
    return *rest == DhcpLogWatch::Rest::more ? Watch::at_once : Watch::when_readable;
}

}  // namespace dim::server
