#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/dhcp_log_watch.hpp"
#include "imageserver/daemon/io_watch.hpp"
#include "libdim/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>

namespace dim::server {

/// Reads what the DHCP server's log says as long as the loop runs, from when it can be opened.
class DhcpLogFollower {
public:
    struct Settings {
        std::string file;
        /// Opens it, and reads what it tells.
        std::function<Result<DhcpLogWatch>()> open;
        boost::asio::any_io_executor lane;  ///< where it is opened and read
    };
    /// LOOP outlives this.
    DhcpLogFollower(Settings settings, boost::asio::io_context& loop)
        : settings_(std::move(settings)), loop_(loop) {}

    /// Tries until it is open, with an alert. This and the references outlive the loop.
    boost::asio::awaitable<void> follow(Alerts& alerts, const WallClock& clock);

private:
    Result<void> open();
    Watch read();

    Settings settings_;
    boost::asio::io_context& loop_;
    std::optional<DhcpLogWatch> log_;  ///< touched on the lane
    std::string problem_;              ///< the last that was reported
};

}  // namespace dim::server
