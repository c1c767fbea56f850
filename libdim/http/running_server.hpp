#pragma once

#include "libdim/http/client.hpp"
#include "libdim/http/server.hpp"
#include "libdim/http/tls_stream.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/unix_socket.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/authority.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace dim::http {

namespace asio = boost::asio;

inline constexpr std::uint32_t kLoopback = 0x7f000001;
inline constexpr const char* kName = "image-server";

inline sys::Deadline soon() { return sys::Deadline::in(std::chrono::seconds(10)); }

struct Event {
    Peer peer;
    Refusal cause;
    std::string text;
};

inline Response text_response(std::string body) {
    return Response{.content_type = "text/plain", .body = std::move(body)};
}

/// A server in a thread of its own, on a Unix socket and a TLS port.
class [[nodiscard]] RunningServer {
public:
    explicit RunningServer(Server::Settings settings = {}) {
        settings.handshake_executor = handshakes_.get_executor();
        server_.emplace(
            context_.get_executor(), settings,
            [this](const Request& request, const Peer& peer) { return answer(request, peer); },
            [this](const Peer& peer, Refusal cause, std::string_view text) {
                const std::scoped_lock lock(mutex_);
                events_.push_back({peer, cause, std::string(text)});
                changed_.notify_all();
            });
        EXPECT_TRUE(server_->listen_unix(socket_path(), 0600));
        const std::int64_t now = sys::realtime_us() / 1'000'000;
        const tls::Validity validity{now - 1000, now + 1000};
        authority_ = tls::Authority::create(random_, "CA", validity).value();
        port_ = server_->listen_tls(kLoopback, 0, issue(*authority_, validity)).value();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~RunningServer() {
        asio::post(context_, [this] { server_->stop(); });
        thread_.join();
        handshakes_.join();
        EXPECT_EQ(server_->connection_count(), 0U);
    }

    std::string socket_path() const { return directory_ / "socket"; }
    sys::Fd connect_raw() const { return sys::connect_unix(socket_path(), soon()).value(); }
    Client connect_local() const { return Client(std::make_unique<SocketStream>(connect_raw())); }
    Result<Client> connect_tls(const std::string& authority_pem, const std::string& name = kName) {
        client_settings_.push_back(std::make_unique<tls::ClientSettings>(
            tls::ClientSettings::create(client_random_, authority_pem).value()));
        DIM_TRY(sys::Fd socket, sys::connect_tcp(kLoopback, port_, soon()));
        DIM_TRY(auto stream,
                TlsStream::connect(*client_settings_.back(), name, std::move(socket), soon()));
        return Client(std::move(stream));
    }
    Result<Client> connect_tls() { return connect_tls(authority_->certificate_pem()); }

    /// From now on new connections are shown a certificate of another authority, whose PEM is
    /// returned.
    std::string change_authority() {
        const std::int64_t now = sys::realtime_us() / 1'000'000;
        const tls::Validity validity{now - 1000, now + 1000};
        const auto authority = tls::Authority::create(random_, "CA", validity).value();
        std::promise<void> changed;
        asio::post(context_, [&, tls = issue(authority, validity)] {
            server_->use_tls(tls);
            changed.set_value();
        });
        changed.get_future().get();
        return authority.certificate_pem();
    }

    /// The next event; fails when none comes.
    Event next_event() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !events_.empty(); })) {
            ADD_FAILURE() << "no event";
            return {};
        }
        Event event = events_.front();
        events_.erase(events_.begin());
        return event;
    }
    std::size_t event_count() {
        const std::scoped_lock lock(mutex_);
        return events_.size();
    }
    std::uint16_t port() const { return port_; }
    static constexpr int kHandshakeThreads = 2;
    asio::thread_pool& handshakes() { return handshakes_; }
    const std::string& authority_pem() const { return authority_->certificate_pem(); }
    /// Ready when no connection is left.
    std::future<void> drain() {
        asio::post(context_, [this] { server_->drain([this] { drained_.set_value(); }); });
        return drained_.get_future();
    }
    /// Lets the requests for /held be answered.
    void release() {
        asio::post(context_, [this] { gate_.cancel(); });
    }
    /// The server's loop does nothing until GATE is open.
    void stop_until(std::shared_future<void> gate) {
        asio::post(context_, [gate = std::move(gate)] { gate.wait(); });
    }
    /// The targets of the first COUNT requests, in their order.
    std::vector<std::string> wait_for_requests(std::size_t count) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10),
                                      [&] { return asked_.size() >= count; }));
        return asked_;
    }
    /// Waits until COUNT streams are being written, or requests held.
    bool wait_for_streams(int count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10),
                                 [&] { return live_streams_ == count; });
    }
    /// Waits until the server has COUNT connections: asks its loop, which goes round meanwhile.
    void wait_for_connections(std::size_t count) {
        for (const sys::Deadline deadline = soon(); !deadline.has_passed();) {
            std::promise<std::size_t> connections;
            asio::post(context_, [&] { connections.set_value(server_->connection_count()); });
            if (connections.get_future().get() == count) return;
        }
        ADD_FAILURE() << "not " << count << " connections";
    }

private:
    std::shared_ptr<const tls::ServerSettings> issue(const tls::Authority& authority,
                                                     tls::Validity validity) {
        const tls::Identity identity =
            authority
                .issue_server(random_,
                              {.common_name = kName, .dns_names = {kName}, .addresses = {}},
                              validity)
                .value();
        return std::make_shared<const tls::ServerSettings>(
            tls::ServerSettings::create(random_, identity.certificate_pem, identity.key_pem)
                .value());
    }

    asio::awaitable<Reply> answer(const Request& request, const Peer& peer) {
        {
            const std::scoped_lock lock(mutex_);
            asked_.push_back(request.target);
            changed_.notify_all();
        }
        if (request.target == "/peer") co_return text_response(to_string(peer));
        if (request.target == "/throw") throw std::runtime_error("a \"bug\"");
        if (request.target == "/big") co_return text_response(std::string(8 << 20, 'b'));
        if (request.target == "/count") co_return Reply(text_response(""), count_to(3));
        if (request.target == "/forever")
            co_return Reply(text_response(""), count_to(1'000'000), Reply::Ends::never);
        if (request.target == "/held") {
            count_stream(1);
            co_await gate_.async_wait(asio::as_tuple(asio::use_awaitable));
            count_stream(-1);
        }
        if (request.target == "/broken") {
            co_return Reply(text_response(""), []() -> asio::awaitable<std::optional<std::string>> {
                throw std::runtime_error("broken stream");
                co_return std::nullopt;
            });
        }
        co_return text_response(request.target + " " + request.body);
    }

    void count_stream(int change) {
        const std::scoped_lock lock(mutex_);
        live_streams_ += change;
        changed_.notify_all();
    }

    /// "1\n" "2\n"… with a pause before each but the first.
    Reply::Parts count_to(int limit) {
        struct Counter {
            Counter(RunningServer& the_server, asio::io_context& context)
                : server(the_server), timer(context) {
                server.count_stream(1);
            }
            ~Counter() { server.count_stream(-1); }
            RunningServer& server;
            asio::steady_timer timer;
            int value = 0;
        };
        auto counter = std::make_shared<Counter>(*this, context_);
        return [counter, limit]() -> asio::awaitable<std::optional<std::string>> {
            if (counter->value == limit) co_return std::nullopt;
            if (counter->value != 0) {
                counter->timer.expires_after(counter->value < 3 ? std::chrono::milliseconds(5)
                                                                : std::chrono::hours(1));
                co_await counter->timer.async_wait(asio::use_awaitable);
            }
            co_return std::to_string(++counter->value) + "\n";
        };
    }

    testing::TemporaryDirectory directory_;
    tls::Random random_ = tls::Random::create().value();
    tls::Random client_random_ = tls::Random::create().value();
    std::optional<tls::Authority> authority_;
    std::vector<std::unique_ptr<tls::ClientSettings>> client_settings_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Event> events_;
    std::vector<std::string> asked_;
    int live_streams_ = 0;
    std::promise<void> drained_;
    asio::io_context context_{1};
    asio::thread_pool handshakes_{kHandshakeThreads};
    asio::steady_timer gate_{context_, asio::steady_timer::time_point::max()};
    std::optional<Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

inline Request get(std::string target) { return Request{.target = std::move(target)}; }

/// Sends BYTES and returns all that comes until the server closes.
inline std::string talk(const RunningServer& server, std::string_view bytes) {
    SocketStream stream(server.connect_raw());
    // The server may refuse before it has taken everything.
    (void)stream.write(bytes, soon());
    std::string answer;
    std::array<char, 4096> buffer;
    for (;;) {
        const Result<std::size_t> count = stream.read(buffer, soon());
        if (!count) ADD_FAILURE() << count.error().message();
        if (!count || *count == 0) return answer;
        answer.append(buffer.data(), *count);
    }
}

inline Server::Settings impatient() {
    Server::Settings settings;
    settings.handshake_timeout = std::chrono::milliseconds(100);
    settings.request_timeout = std::chrono::milliseconds(100);
    settings.idle_timeout = std::chrono::milliseconds(100);
    settings.write_timeout = std::chrono::milliseconds(100);
    return settings;
}

}  // namespace dim::http
