#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/chassis/chassis_watch.hpp"
#include "imageserver/daemon/io_watch.hpp"
#include "libdim/model/ipv4_endpoint.hpp"
#include "libdim/sys/fd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

namespace dim::server {

/// Where management modules send their traps, as long as the loop runs.
class TrapListener {
public:
    /// OWN: absent, nowhere. WATCH takes what comes, on LANE. The references outlive this.
    TrapListener(std::optional<model::Ipv4Endpoint> own, ChassisWatch& watch,
                 boost::asio::io_context& loop, boost::asio::any_io_executor lane)
        : own_(own), watch_(watch), loop_(loop), lane_(std::move(lane)) {}

    /// Tries until it listens, with an alert. This and the references outlive the loop.
    boost::asio::awaitable<void> listen(Alerts& alerts, const WallClock& clock);

private:
    Result<void> open();
    Watch read();

    std::optional<model::Ipv4Endpoint> own_;
    ChassisWatch& watch_;
    boost::asio::io_context& loop_;
    boost::asio::any_io_executor lane_;
    sys::Fd socket_;
};

}  // namespace dim::server
