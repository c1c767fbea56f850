#include "libdim/http/server.hpp"

#include "libdim/http/server_connection.hpp"
#include "libdim/http/server_stream.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/tcp_socket.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <map>
#include <utility>
#include <vector>

namespace dim::http {

namespace asio = boost::asio;

namespace {

// How long to leave the queue alone when the process has no descriptor left, or no place for a
// handshake.
constexpr std::chrono::milliseconds kDescriptorPause{100};
constexpr std::chrono::milliseconds kHandshakePause{5};
/// Taken before others have their turn. One at a time, who opens connections faster than thousands
/// of others have theirs would fill the kernel's queue, and nobody else could get into it.
constexpr int kAcceptedAtOnce = 64;

enum class Transport { unix_socket, tcp };

struct Listener {
    Listener(const asio::any_io_executor& executor, sys::Fd the_socket, Transport the_transport,
             std::shared_ptr<const tls::ServerSettings> the_tls)
        : socket(executor, std::move(the_socket)),
          transport(the_transport),
          tls(std::move(the_tls)) {}
    WatchedSocket socket;
    Transport transport;
    std::shared_ptr<const tls::ServerSettings> tls;  ///< null: as it is
};

struct LiveConnection {
    Peer peer;
    std::shared_ptr<ServerStream> stream;
    std::shared_ptr<ConnectionState> state = std::make_shared<ConnectionState>();
    asio::cancellation_signal signal;
};

void drop(LiveConnection& connection) {
    connection.stream->cancel();
    connection.signal.emit(asio::cancellation_type::terminal);
}

}  // namespace

struct Server::State : std::enable_shared_from_this<State> {
    State(asio::any_io_executor the_executor, Service the_service)
        : executor(std::move(the_executor)),
          service(std::make_shared<const Service>(std::move(the_service))) {}

    void listen(sys::Fd socket, Transport transport,
                std::shared_ptr<const tls::ServerSettings> tls);
    Result<void> accept_some(const Listener& listener);
    void start(sys::Fd socket, const Listener& listener);
    /// Why one more connection of PEER is not taken; empty when it is.
    std::string excess(const Peer& peer) const;
    bool is_admitted(const Peer& peer) const;
    void refuse(const sys::Fd& socket, const Listener& listener, const Peer& peer,
                std::string_view text) const;
    void remove(std::list<LiveConnection>::iterator connection);
    bool is_full(const Listener& listener) const {
        return listener.tls &&
               static_cast<std::size_t>(handshakes.use_count()) > service->settings.handshakes;
    }

    asio::any_io_executor executor;
    std::shared_ptr<const Service> service;
    std::vector<std::unique_ptr<Listener>> listeners;
    std::list<LiveConnection> connections;
    std::map<std::uint32_t, std::size_t> by_address;
    std::size_t local_count = 0;
    HandshakePlace handshakes = std::make_shared<int>();  ///< ours and one of each handshake
    bool is_stopped = false;
    std::function<void()> on_empty;  ///< of drain()

    void close_listeners() {
        is_stopped = true;
        for (const auto& listener : listeners)
            listener->socket.close();
    }
    void tell_when_empty() {
        if (connections.empty() && on_empty) std::exchange(on_empty, nullptr)();
    }
};

std::string to_string(const Peer& peer) {
    if (peer.credentials) {
        return "uid " + std::to_string(peer.credentials->uid) + " (pid " +
               std::to_string(peer.credentials->pid) + ")";
    }
    const std::string endpoint = sys::endpoint_text(peer.address, 0);
    return endpoint.substr(0, endpoint.find(':'));
}

std::string_view to_string(Refusal refusal) {
    switch (refusal) {
        case Refusal::tls_failed: return "tls-failed";
        case Refusal::malformed: return "malformed";
        case Refusal::too_long: return "too-long";
        case Refusal::too_slow: return "too-slow";
        case Refusal::too_many_connections: return "too-many-connections";
        case Refusal::broken_off: return "broken-off";
        case Refusal::handler_failed: return "handler-failed";
        case Refusal::unknown_address: return "unknown-address";
    }
    std::unreachable();
}

std::string Server::State::excess(const Peer& peer) const {
    const Settings& settings = service->settings;
    if (peer.is_local()) {
        if (local_count < settings.local_connections) return {};
        return "more than " + std::to_string(settings.local_connections) + " local connections";
    }
    const auto same = by_address.find(peer.address);
    const std::size_t of_same = same == by_address.end() ? 0 : same->second;
    if (of_same >= settings.connections_per_address) {
        return "more than " + std::to_string(settings.connections_per_address) +
               " connections of one address";
    }
    const std::size_t of_all = connections.size() - local_count;
    if (of_all >= settings.connections)
        return "more than " + std::to_string(settings.connections) + " connections in all";
    if (of_same != 0 && of_all + settings.reserved_connections >= settings.connections)
        return "the last " + std::to_string(settings.reserved_connections) +
               " connections are for addresses that have none";
    return {};
}

bool Server::State::is_admitted(const Peer& peer) const {
    const auto& admits = service->settings.admits;
    if (peer.is_local() || !admits || admits(peer.address)) return true;
    service->observer(peer, Refusal::unknown_address, "nobody of ours has this address");
    return false;
}

void Server::State::refuse(const sys::Fd& socket, const Listener& listener, const Peer& peer,
                           std::string_view text) const {
    service->observer(peer, Refusal::too_many_connections, text);
    // TLS would cost a handshake to say the same.
    if (!listener.tls) (void)sys::send(socket, serialize(problem(503, text)));
}

void Server::State::remove(std::list<LiveConnection>::iterator connection) {
    if (connection->peer.is_local()) {
        --local_count;
    } else if (const auto same = by_address.find(connection->peer.address); --same->second == 0) {
        by_address.erase(same);
    }
    connections.erase(connection);
    tell_when_empty();
}

void Server::State::start(sys::Fd socket, const Listener& listener) {
    Peer peer;
    if (listener.transport == Transport::tcp) {
        const Result<sys::InternetEndpoint> endpoint = sys::peer_endpoint(socket);
        if (!endpoint) return;  // gone already
        peer.address = endpoint->address;
        peer.port = endpoint->port;
    } else {
        const Result<sys::PeerCredentials> credentials = sys::peer_credentials(socket);
        if (!credentials) return;
        peer.credentials = *credentials;
    }
    if (!is_admitted(peer)) return;
    if (const std::string text = excess(peer); !text.empty())
        return refuse(socket, listener, peer, text);

    const auto connection = connections.emplace(connections.end());
    connection->peer = peer;
    connection->stream = std::make_shared<ServerStream>(executor, std::move(socket));
    ++(peer.is_local() ? local_count : by_address[peer.address]);
    HandshakePlace place = listener.tls ? handshakes : nullptr;
    asio::co_spawn(
        executor,
        serve_connection(service, connection->stream, peer, listener.tls, std::move(place),
                         connection->state),
        asio::bind_cancellation_slot(connection->signal.slot(),
                                     // An exception is the cancellation by stop().
                                     [self = shared_from_this(), connection](
                                         const std::exception_ptr&) { self->remove(connection); }));
}

/// Those that wait, as many as may be taken at once. Errors: no descriptor is left.
Result<void> Server::State::accept_some(const Listener& listener) {
    for (int count = 0; count < kAcceptedAtOnce && !is_full(listener); ++count) {
        DIM_TRY(std::optional<sys::Fd> socket, sys::accept(listener.socket.fd()));
        if (!socket) return {};
        start(*std::move(socket), listener);
    }
    return {};
}

asio::awaitable<void> Server::accept_all(std::shared_ptr<State> state, std::size_t index) {
    Listener& listener = *state->listeners[index];
    asio::steady_timer pause(state->executor);
    while (!state->is_stopped) {
        const auto [error] = co_await listener.socket.watch().async_wait(
            asio::posix::descriptor_base::wait_read, asio::as_tuple(asio::use_awaitable));
        if (error || state->is_stopped) co_return;
        if (const Result<void> accepted = state->accept_some(listener); !accepted) {
            state->service->observer(Peer(), Refusal::too_many_connections,
                                     accepted.error().message());
            pause.expires_after(kDescriptorPause);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        while (state->is_full(listener) && !state->is_stopped) {
            pause.expires_after(kHandshakePause);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
}

Server::Server(asio::any_io_executor executor, Settings settings, Handler handler,
               Observer observer) {
    if (!observer) observer = [](const Peer&, Refusal, std::string_view) {};
    state_ = std::make_shared<State>(
        std::move(executor), Service{std::move(settings), std::move(handler), std::move(observer)});
}

Server::~Server() { stop(); }

void Server::State::listen(sys::Fd socket, Transport transport,
                           std::shared_ptr<const tls::ServerSettings> tls) {
    listeners.push_back(
        std::make_unique<Listener>(executor, std::move(socket), transport, std::move(tls)));
    asio::co_spawn(executor, accept_all(shared_from_this(), listeners.size() - 1),
                   [](const std::exception_ptr&) {});
}

Result<void> Server::listen_unix(const std::string& path, mode_t mode) {
    DIM_TRY(sys::Fd socket, sys::listen_unix(path, mode));
    state_->listen(std::move(socket), Transport::unix_socket, nullptr);
    return {};
}

Result<std::uint16_t> Server::listen_plain(std::uint32_t address, std::uint16_t port,
                                           const std::string& device) {
    return listen_tls(address, port, nullptr, device);
}

Result<std::uint16_t> Server::listen_tls(std::uint32_t address, std::uint16_t port,
                                         std::shared_ptr<const tls::ServerSettings> tls,
                                         const std::string& device) {
    DIM_TRY(sys::Fd socket, sys::listen_tcp(address, port, device));
    DIM_TRY(const sys::InternetEndpoint endpoint, sys::local_endpoint(socket));
    state_->listen(std::move(socket), Transport::tcp, std::move(tls));
    return endpoint.port;
}

void Server::use_tls(const std::shared_ptr<const tls::ServerSettings>& tls) {
    for (const auto& listener : state_->listeners) {
        if (listener->tls) listener->tls = tls;
    }
}

void Server::drain(std::function<void()> on_empty) {
    state_->close_listeners();
    state_->on_empty = std::move(on_empty);
    for (LiveConnection& connection : state_->connections) {
        connection.state->is_last = true;
        if (!connection.state->is_answering) drop(connection);
    }
    state_->tell_when_empty();
}

void Server::stop() {
    state_->on_empty = nullptr;
    state_->close_listeners();
    std::ranges::for_each(state_->connections, drop);
}

std::size_t Server::connection_count() const { return state_->connections.size(); }

}  // namespace dim::http
