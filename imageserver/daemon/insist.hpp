#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <string>

namespace dim::server {

/// Something the daemon needs in order to serve, and may have to wait for.
struct StartStep {
    std::string kind;    ///< of the alert while it fails; see api::Alert
    std::string origin;  ///< what is waited for
    boost::asio::any_io_executor where;
    std::function<Result<void>()> run;
    std::chrono::milliseconds pause{1000};  ///< between two attempts
};

/// Runs STEP where it says until it succeeds. As long as it fails, an alert has cause and cure.
/// ALERT_LANE: where alerts are noted, which may wait for a disk. The references outlive the loop.
boost::asio::awaitable<void> insist(StartStep step, Alerts& alerts, const WallClock& clock,
                                    boost::asio::any_io_executor alert_lane);

}  // namespace dim::server
