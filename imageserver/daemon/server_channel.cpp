#include "imageserver/daemon/server_channel.hpp"

#include "imageserver/api/reply.hpp"
#include "imageserver/daemon/insist.hpp"
#include "imageserver/daemon/report.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/unix_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <utility>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr mode_t kSocketMode = 0600;
// A management node has as many to one member as it has relays, and asks once on each.
constexpr std::size_t kConnections = 256;
constexpr std::size_t kConnectionsOfOne = 48;
constexpr std::chrono::seconds kIdle{10};
constexpr std::chrono::seconds kShowPatience{5};

http::Server::Settings server_settings(Lanes& lanes, const Membership& membership,
                                       std::function<bool(std::uint32_t)> is_blade) {
    http::Server::Settings settings;
    settings.limits.body = api::limits::kClusterMessageBytes;
    settings.is_stranger = [&membership](const http::Peer& peer) {
        return !membership.is_management(peer.certificate);
    };
    settings.stranger_limits.body = api::limits::kMessageBytes;
    settings.connections = kConnections;
    settings.connections_per_address = kConnectionsOfOne;
    settings.handshakes = kConnections;  // silent ones keep nobody else from theirs
    settings.idle_timeout = kIdle;
    settings.admits = [is_blade = std::move(is_blade)](std::uint32_t address) {
        return !is_blade(address);
    };
    settings.handshake_executor = lanes.handshakes.get_executor();
    return settings;
}

}  // namespace

ServerChannel::ServerChannel(Settings settings, asio::io_context& loop, Lanes& lanes,
                             Membership& membership, sys::Pipe end, http::Handler handler,
                             http::Observer observer)
    : settings_(std::move(settings)),
      loop_(loop),
      lanes_(lanes),
      membership_(membership),
      end_(std::move(end)),
      server_(loop.get_executor(), server_settings(lanes, membership, settings_.is_blade),
              std::move(handler), std::move(observer)) {}

Result<void> ServerChannel::listen_for_administrators() {
    DIM_TRY(gate_listener_, sys::listen_unix(settings_.member_socket, kSocketMode));
    return watch_readable(loop_, gate_listener_, loop_.get_executor(),
                          [this] { return accept_administrator(); });
}

Watch ServerChannel::accept_administrator() {
    auto accepted = sys::accept(gate_listener_);
    if (!accepted) {
        report(settings_.member_socket, accepted.error());
        return Watch::later;
    }
    if (!*accepted) return Watch::when_readable;
    if (is_draining_) return Watch::at_once;
    asio::post(lanes_.relays, [this, socket = **std::move(accepted)] { gate_.serve(socket); });
    return Watch::at_once;
}

asio::awaitable<void> ServerChannel::listen_for_servers(Alerts& alerts, const WallClock& clock,
                                                        std::function<void()> on_shown) {
    if (!settings_.listening) co_return;
    const std::uint64_t call = ++newest_call_;
    const std::string origin = to_string(*settings_.listening);
    const asio::any_io_executor alert_lane = lanes_.upkeep.get_executor();
    auto shown = std::make_shared<std::shared_ptr<const tls::ServerSettings>>();
    // Named: g++ 12 destroys temporaries of a co_await twice.
    StartStep read{.kind = "server-port",
                   .origin = origin,
                   .where = lanes_.answers.get_executor(),
                   .run = [this, shown, call]() -> Result<void> {
                       if (call != newest_call_) return {};
                       DIM_TRY(auto settings, membership_.server_settings());
                       if (settings)
                           *shown =
                               std::make_shared<const tls::ServerSettings>(*std::move(settings));
                       return {};
                   }};
    auto reading = insist(std::move(read), alerts, clock, alert_lane);
    co_await std::move(reading);
    if (!*shown) co_return;
    tls_ = *shown;
    StartStep listen{.kind = "server-port",
                     .origin = origin,
                     .where = loop_.get_executor(),
                     .run = [this, call, &on_shown]() -> Result<void> {
                         if (call != newest_call_) return {};
                         return show(on_shown);
                     }};
    auto listening = insist(std::move(listen), alerts, clock, alert_lane);
    co_await std::move(listening);
}

Result<void> ServerChannel::show(const std::function<void()>& on_shown) {
    if (is_listening_) {
        server_.use_tls(tls_);
    } else {
        const model::Ipv4Endpoint& own = *settings_.listening;
        const auto port = server_.listen_tls(own.address.value(), own.port, tls_);
        if (!port) {
            return fail(Error(port.error())
                            .with_cure("give this machine the address " + to_string(own.address) +
                                       ", and see that nobody else uses the port; it is tried "
                                       "every second"));
        }
        is_listening_ = true;
    }
    if (on_shown) on_shown();
    return {};
}

Result<void> ServerChannel::show_news(Alerts& alerts, const WallClock& clock) {
    const auto done = std::make_shared<std::promise<void>>();
    const auto shown = done->get_future();
    asio::co_spawn(loop_, listen_for_servers(alerts, clock, [done] { done->set_value(); }),
                   asio::detached);
    // The loop may have ended.
    if (shown.wait_for(kShowPatience) == std::future_status::ready) return {};
    return fail(Error(ErrorCode::unavailable,
                      "this server does not listen for others yet at " +
                          (settings_.listening ? to_string(*settings_.listening) : "any address"))
                    .with_cure("'dim status' has the cause; it is tried every second"));
}

void ServerChannel::drain(std::function<void()> on_empty) {
    is_draining_ = true;
    server_.drain(std::move(on_empty));
}

void ServerChannel::stop() {
    end_.write_end.reset();
    server_.stop();
}

}  // namespace dim::server
