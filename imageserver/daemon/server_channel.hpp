#pragma once

#include "imageserver/api/lanes.hpp"
#include "imageserver/api/router.hpp"
#include "imageserver/blade/alerts.hpp"
#include "imageserver/daemon/io_watch.hpp"
#include "imageserver/peer/member_gate.hpp"
#include "imageserver/peer/membership.hpp"
#include "libdim/base/result.hpp"
#include "libdim/http/server.hpp"
#include "libdim/sys/fd.hpp"

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dim::server {

/// The channel between image servers: listens for the others, and lets administrators' programs
/// through to members. One thread, the loop's, but where said otherwise.
class ServerChannel {
public:
    struct Settings {
        std::optional<model::Ipv4Endpoint> listening;  ///< absent: for nobody
        std::string member_socket;                     ///< see MemberGate
        /// Who is never listened to: addresses on the bootnet.
        std::function<bool(std::uint32_t)> is_blade;
    };
    /// HANDLER answers other servers. END ends what is carried. The references outlive this.
    ServerChannel(Settings settings, boost::asio::io_context& loop, Lanes& lanes,
                  Membership& membership, sys::Pipe end, http::Handler handler,
                  http::Observer observer);

    Result<void> listen_for_administrators();
    /// Listens for servers if there is something to show them; shows what is new by now. Tries
    /// until it can be read and the address is there, with an alert, or until it is called again.
    /// ON_SHOWN, if any, is called then. The references outlive the loop.
    boost::asio::awaitable<void> listen_for_servers(Alerts& alerts, const WallClock& clock,
                                                    std::function<void()> on_shown = {});
    /// The same from another thread than the loop's: blocks until servers are shown what is new.
    /// Errors: unavailable when that takes long; it is tried further.
    Result<void> show_news(Alerts& alerts, const WallClock& clock);
    void drain(std::function<void()> on_empty);
    /// Ends what is carried, too.
    void stop();

private:
    Result<void> show(const std::function<void()>& on_shown);
    Watch accept_administrator();

    Settings settings_;
    boost::asio::io_context& loop_;
    Lanes& lanes_;
    Membership& membership_;
    sys::Pipe end_;  ///< of what is carried
    MemberGate gate_{membership_, end_.read_end};
    sys::Fd gate_listener_;
    http::Server server_;
    std::shared_ptr<const tls::ServerSettings> tls_;  ///< what servers are shown
    bool is_listening_ = false;
    std::atomic<std::uint64_t> newest_call_ = 0;  ///< of listen_for_servers()
    bool is_draining_ = false;
};

}  // namespace dim::server
