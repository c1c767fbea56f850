#include "imageserver/daemon/server_channel.hpp"

#include "imageserver/api/reply.hpp"
#include "imageserver/daemon/insist.hpp"
#include "imageserver/daemon/report.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/unix_socket.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr mode_t kSocketMode = 0600;
constexpr std::size_t kConnections = 64;
constexpr std::size_t kHandshakes = 8;

http::Server::Settings server_settings(Lanes& lanes) {
    http::Server::Settings settings;
    settings.limits.body = api::limits::kClusterMessageBytes;
    settings.stranger_limits = http::Limits{.body = api::limits::kMessageBytes};
    settings.connections = kConnections;
    settings.connections_per_address = kConnections;
    settings.handshakes = kHandshakes;
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
      server_(loop.get_executor(), server_settings(lanes), std::move(handler),
              std::move(observer)) {}

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
    asio::post(lanes_.relays, [this, socket = **std::move(accepted)] { gate_.serve(socket); });
    return Watch::at_once;
}

asio::awaitable<void> ServerChannel::listen_for_servers(Alerts& alerts, const WallClock& clock) {
    if (!settings_.listening) co_return;
    const auto ask = [this] { return membership_.server_settings(); };
    auto shown = co_await run_on(lanes_.servers, ask);
    if (!shown) co_return report("certificate for other servers", shown.error());
    if (!*shown) co_return;
    tls_ = std::make_shared<const tls::ServerSettings>(**std::move(shown));
    // Named: g++ 12 destroys temporaries of a co_await twice.
    auto step = insist({.kind = "server-port",
                        .origin = to_string(*settings_.listening),
                        .where = loop_.get_executor(),
                        .run = [this] { return show(); }},
                       alerts, clock, lanes_.upkeep.get_executor());
    co_await std::move(step);
}

Result<void> ServerChannel::show() {
    if (is_listening_) {
        server_.use_tls(tls_);
        return {};
    }
    const model::Ipv4Endpoint& own = *settings_.listening;
    const auto port = server_.listen_tls(own.address.value(), own.port, tls_);
    if (!port)
        return fail(Error(port.error())
                        .with_cure("give this machine the address " + to_string(own.address) +
                                   ", and see that nobody else uses the port; it is tried every "
                                   "second"));
    is_listening_ = true;
    return {};
}

void ServerChannel::drain(std::function<void()> on_empty) { server_.drain(std::move(on_empty)); }

void ServerChannel::stop() {
    end_.write_end.reset();
    server_.stop();
}

}  // namespace dim::server
