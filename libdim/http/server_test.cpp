#include "libdim/http/client.hpp"
#include "libdim/http/server.hpp"
#include "libdim/http/tls_stream.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/authority.hpp"

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::uint32_t kLoopback = 0x7f000001;
constexpr const char* kName = "image-server";

sys::Deadline soon() { return sys::Deadline::in(10s); }

struct Event {
    Peer peer;
    Refusal cause;
    std::string text;
};

Response text_response(std::string body) {
    return Response{.content_type = "text/plain", .body = std::move(body)};
}

/// A server in a thread of its own, on a Unix socket and a TLS port.
class RunningServer {
public:
    explicit RunningServer(Server::Settings settings = {}) {
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
        const tls::Identity identity =
            authority_
                ->issue_server(random_,
                               {.common_name = kName, .dns_names = {kName}, .addresses = {}},
                               validity)
                .value();
        auto tls_settings = std::make_shared<tls::ServerSettings>(
            tls::ServerSettings::create(random_, identity.certificate_pem, identity.key_pem)
                .value());
        port_ = server_->listen_tls(kLoopback, 0, std::move(tls_settings)).value();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~RunningServer() {
        asio::post(context_, [this] { server_->stop(); });
        thread_.join();
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

    /// The next event; fails when none comes.
    Event next_event() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 10s, [&] { return !events_.empty(); })) {
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
    const std::string& authority_pem() const { return authority_->certificate_pem(); }
    std::atomic<int> live_streams = 0;

private:
    asio::awaitable<Reply> answer(const Request& request, const Peer& peer) {
        if (request.target == "/peer") co_return text_response(to_string(peer));
        if (request.target == "/throw") throw std::runtime_error("a \"bug\"");
        if (request.target == "/big") co_return text_response(std::string(8 << 20, 'b'));
        if (request.target == "/count") co_return Reply(text_response(""), count_to(3));
        if (request.target == "/forever") co_return Reply(text_response(""), count_to(1'000'000));
        if (request.target == "/broken") {
            co_return Reply(text_response(""), []() -> asio::awaitable<std::optional<std::string>> {
                throw std::runtime_error("broken stream");
                co_return std::nullopt;
            });
        }
        co_return text_response(request.target + " " + request.body);
    }

    /// "1\n" "2\n"… with a pause before each but the first.
    Reply::Parts count_to(int limit) {
        struct Counter {
            Counter(RunningServer& the_server, asio::io_context& context)
                : server(the_server), timer(context) {
                ++server.live_streams;
            }
            ~Counter() { --server.live_streams; }
            RunningServer& server;
            asio::steady_timer timer;
            int value = 0;
        };
        auto counter = std::make_shared<Counter>(*this, context_);
        return [counter, limit]() -> asio::awaitable<std::optional<std::string>> {
            if (counter->value == limit) co_return std::nullopt;
            if (counter->value != 0) {
                counter->timer.expires_after(counter->value < 3 ? 5ms : 1h);
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
    asio::io_context context_{1};
    std::optional<Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Event> events_;
};

Request get(std::string target) { return Request{.target = std::move(target)}; }

/// Sends BYTES and returns all that comes until the server closes.
std::string talk(const RunningServer& server, std::string_view bytes) {
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

Server::Settings impatient() {
    Server::Settings settings;
    settings.handshake_timeout = 100ms;
    settings.request_timeout = 100ms;
    settings.idle_timeout = 100ms;
    settings.write_timeout = 100ms;
    return settings;
}

TEST(Server, AnswersMalformedRequestWith400) {
    RunningServer server;
    const std::string answer = talk(server, "\x16\x03\x01 this is TLS");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
    const Event event = server.next_event();
    EXPECT_EQ(event.cause, Refusal::malformed);
    EXPECT_EQ(event.peer.credentials->uid, ::getuid());
    EXPECT_EQ(event.peer.credentials->pid, ::getpid());
}

TEST(Server, AnswersTooLongHeadWith431) {
    RunningServer server;
    const std::string answer =
        talk(server, "GET / HTTP/1.1\r\nHost: dim\r\nX: " + std::string(100'000, 'x'));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
    EXPECT_EQ(server.next_event().cause, Refusal::too_long);
}

TEST(Server, AnswersTooLongBodyWith413) {
    RunningServer server;
    const std::string answer =
        talk(server, serialize(Request{.method = Method::post, .body = std::string(65'537, 'x')}));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
    EXPECT_EQ(server.next_event().cause, Refusal::too_long);
}

TEST(Server, DropsSlowLoris) {
    RunningServer server(impatient());
    sys::Fd socket = server.connect_raw();
    const std::int64_t start = sys::monotonic_us();
    std::string answer;
    std::array<char, 4096> buffer;
    for (const char byte : std::string(1000, 'G')) {  // a byte each 5 ms: never silent for long
        if (!sys::send(socket.get(), {&byte, 1})) break;
        sys::sleep_for(5ms);
        const auto count = sys::receive(socket.get(), buffer);
        if (!count || (*count && **count == 0)) break;
        if (*count) answer.append(buffer.data(), **count);
    }
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
    EXPECT_LT(sys::monotonic_us() - start, 4'000'000);
    EXPECT_EQ(server.next_event().cause, Refusal::too_slow);
}

TEST(Server, DropsWhoNeverAsks) {
    RunningServer server(impatient());
    const std::string answer = talk(server, "");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
    EXPECT_EQ(server.next_event().cause, Refusal::too_slow);
}

TEST(Server, DropsWhoNeverShakesHands) {
    RunningServer server(impatient());
    sys::Fd socket = sys::connect_tcp(kLoopback, server.port(), soon()).value();
    const Event event = server.next_event();
    EXPECT_EQ(event.cause, Refusal::too_slow);
    EXPECT_EQ(event.peer.address, kLoopback);
    EXPECT_EQ(to_string(event.peer), "127.0.0.1");
}

TEST(Server, EndsIdleConnectionWithoutAWord) {
    RunningServer server(impatient());
    Client client = server.connect_local();
    ASSERT_TRUE(client.exchange(get("/a"), soon()));
    sys::sleep_for(300ms);
    const Result<Response> second = client.exchange(get("/b"), soon());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::unavailable);
    EXPECT_FALSE(client.is_open());
    EXPECT_EQ(server.event_count(), 0U);
}

TEST(Server, DropsWhoDoesNotRead) {
    RunningServer server(impatient());
    sys::Fd socket = server.connect_raw();
    ASSERT_TRUE(sys::send(socket.get(), serialize(get("/big"))));
    EXPECT_EQ(server.next_event().cause, Refusal::too_slow);
}

TEST(Server, NoticesPeerThatClosesMidway) {
    RunningServer server;
    {
        sys::Fd socket = server.connect_raw();
        ASSERT_TRUE(sys::send(socket.get(), "GET / HTT"));
    }
    EXPECT_EQ(server.next_event().cause, Refusal::broken_off);
    {
        sys::Fd socket = server.connect_raw();
        ASSERT_TRUE(sys::send(socket.get(), serialize(get("/big"))));
        sys::sleep_for(20ms);
    }
    EXPECT_EQ(server.next_event().cause, Refusal::broken_off);
    EXPECT_TRUE(server.connect_local().exchange(get("/still-alive"), soon()));
}

TEST(Server, LimitsConnectionsInAllButKeepsTheAdministratorsWayIn) {
    Server::Settings settings;
    settings.connections = 1;
    RunningServer server(settings);
    Client first = server.connect_tls().value();
    EXPECT_FALSE(server.connect_tls());
    const Event event = server.next_event();
    EXPECT_EQ(event.cause, Refusal::too_many_connections);
    EXPECT_EQ(event.text, "more than 1 connections in all");
    EXPECT_TRUE(server.connect_local().exchange(get("/"), soon()));
    EXPECT_TRUE(first.exchange(get("/"), soon()));
}

TEST(Server, LimitsConnectionsOfOneAddressAndLocalOnes) {
    Server::Settings settings;
    settings.connections_per_address = 2;
    settings.local_connections = 1;
    RunningServer server(settings);
    Client first = server.connect_tls().value();
    Client second = server.connect_tls().value();
    ASSERT_TRUE(first.exchange(get("/"), soon()));
    ASSERT_TRUE(second.exchange(get("/"), soon()));
    EXPECT_FALSE(server.connect_tls());
    EXPECT_EQ(server.next_event().text, "more than 2 connections of one address");

    Client local = server.connect_local();
    ASSERT_TRUE(local.exchange(get("/"), soon()));
    const std::string answer = talk(server, "");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_EQ(server.next_event().cause, Refusal::too_many_connections);
}

TEST(Server, GivesAClosedConnectionsPlaceToTheNext) {
    Server::Settings settings;
    settings.connections_per_address = 1;
    RunningServer server(settings);
    for (int round = 0; round < 5; ++round) {
        Result<Client> client = server.connect_tls();
        for (int attempt = 0; !client && attempt < 100; ++attempt) {  // the server closes later
            sys::sleep_for(10ms);
            client = server.connect_tls();
        }
        ASSERT_TRUE(client) << client.error().message();
        EXPECT_TRUE(client->exchange(get("/"), soon()));
    }
}

TEST(Server, SeesWhoDoesNotTrustItsAuthority) {
    RunningServer server;
    tls::Random random = tls::Random::create().value();
    const std::int64_t now = sys::realtime_us() / 1'000'000;
    const tls::Authority other =
        tls::Authority::create(random, "CA", {now - 1000, now + 1000}).value();
    const Result<Client> client = server.connect_tls(other.certificate_pem());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code(), ErrorCode::permission_denied);
    EXPECT_NE(client.error().message().find("wrong CA"), std::string::npos)
        << client.error().message();
    const Event event = server.next_event();
    EXPECT_EQ(event.cause, Refusal::tls_failed);
    EXPECT_NE(event.text.find("unknown CA"), std::string::npos) << event.text;
}

TEST(Server, IsRefusedUnderAnotherName) {
    RunningServer server;
    const Result<Client> client = server.connect_tls(server.authority_pem(), "other-server");
    ASSERT_FALSE(client);
    EXPECT_NE(client.error().message().find("not for the name 'other-server'"), std::string::npos)
        << client.error().message();
    EXPECT_EQ(server.next_event().cause, Refusal::tls_failed);
}

TEST(Server, HandlerThatThrowsIsA500) {
    RunningServer server;
    const Result<Response> response = server.connect_local().exchange(get("/throw"), soon());
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500);
    EXPECT_NE(response->body.find("a 'bug'"), std::string::npos) << response->body;
    EXPECT_EQ(server.next_event().cause, Refusal::handler_failed);
}

TEST(Server, KeepsOneConnectionFor200Requests) {
    RunningServer server;
    Client client = server.connect_tls().value();
    for (int number = 0; number < 200; ++number) {
        const std::string body = std::to_string(number);
        const Result<Response> response =
            client.exchange(Request{.method = Method::post, .target = "/n", .body = body}, soon());
        ASSERT_TRUE(response) << response.error().message();
        EXPECT_EQ(response->body, "/n " + body);
        ASSERT_TRUE(client.is_open());
    }
    EXPECT_EQ(server.event_count(), 0U);
}

TEST(Server, AnswersPipelinedRequestsInOrderAndCloses) {
    RunningServer server;
    const std::string answer =
        talk(server, serialize(get("/first")) + serialize(get("/second"), Connection::close));
    const std::size_t first = answer.find("/first");
    const std::size_t second = answer.find("/second");
    ASSERT_NE(first, std::string::npos) << answer;
    ASSERT_NE(second, std::string::npos) << answer;
    EXPECT_LT(first, second);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST(Server, CarriesLargeAnswersOverTls) {
    RunningServer server;
    tls::Random random = tls::Random::create().value();
    const auto settings = tls::ClientSettings::create(random, server.authority_pem()).value();
    sys::Fd socket = sys::connect_tcp(kLoopback, server.port(), soon()).value();
    auto stream = TlsStream::connect(settings, kName, std::move(socket), soon()).value();
    Client client(std::move(stream), {.limits = {.body = 16 << 20}});
    const Result<Response> response = client.exchange(get("/big"), soon());
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, std::string(8 << 20, 'b'));
}

TEST(Server, SaysWhoTheLocalPeerIs) {
    RunningServer server;
    const Result<Response> response = server.connect_local().exchange(get("/peer"), soon());
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body,
              "uid " + std::to_string(::getuid()) + " (pid " + std::to_string(::getpid()) + ")");
}

TEST(Server, AnswersHeadWithoutBody) {
    RunningServer server;
    Client client = server.connect_local();
    const Request head{.method = Method::head, .target = "/x"};
    const Result<Response> response = client.exchange(head, soon());
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "");
    EXPECT_EQ(client.exchange(get("/y"), soon())->body, "/y ");
}

TEST(Server, StreamsPartsLineByLine) {
    RunningServer server;
    std::array clients{server.connect_local(), server.connect_tls().value()};
    for (Client& client : clients) {
        std::vector<std::string> lines;
        const Result<Response> response =
            client.follow(get("/count"), soon(), 5s, [&](std::string_view line) {
                lines.emplace_back(line);
                return Client::Next::go_on;
            });
        ASSERT_TRUE(response) << response.error().message();
        EXPECT_EQ(lines, (std::vector<std::string>{"1", "2", "3"}));
        EXPECT_TRUE(client.exchange(get("/after"), soon()));
    }
}

TEST(Server, EndsTheStreamWhenThePeerGoes) {
    RunningServer server;
    std::array clients{server.connect_local(), server.connect_tls().value()};
    for (Client& client : clients) {
        ASSERT_TRUE(client.follow(get("/forever"), soon(), 5s, [](std::string_view line) {
            return line == "3" ? Client::Next::stop : Client::Next::go_on;
        }));
    }
    for (int attempt = 0; server.live_streams != 0 && attempt < 500; ++attempt)
        sys::sleep_for(10ms);
    EXPECT_EQ(server.live_streams, 0);
}

TEST(Server, StopsWhileAStreamWaits) {
    std::optional<Client> client;
    {
        RunningServer server;
        // Its fourth part would come after an hour.
        SocketStream watcher(server.connect_raw());
        ASSERT_TRUE(watcher.write(serialize(get("/forever")), soon()));
        while (server.live_streams == 0)
            sys::sleep_for(1ms);
        client.emplace(server.connect_local());
        ASSERT_TRUE(client->exchange(get("/"), soon()));
    }
    EXPECT_FALSE(client->exchange(get("/"), soon()));
}

TEST(Server, TellsOfAStreamThatThrows) {
    RunningServer server;
    Client client = server.connect_local();
    const Result<Response> response = client.follow(
        get("/broken"), soon(), 5s, [](std::string_view) { return Client::Next::go_on; });
    EXPECT_FALSE(response);  // cut, so that it is not taken for complete
    EXPECT_EQ(server.next_event().cause, Refusal::handler_failed);
}

TEST(Client, GivesUpAtItsDeadline) {
    testing::TemporaryDirectory directory;
    const sys::Fd listener = sys::listen_unix(directory / "s", 0600).value();
    Client client(
        std::make_unique<SocketStream>(sys::connect_unix(directory / "s", soon()).value()));
    const Result<Response> response = client.exchange(get("/"), sys::Deadline::in(50ms));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code(), ErrorCode::timed_out);
    EXPECT_FALSE(client.is_open());
    EXPECT_FALSE(client.exchange(get("/"), soon()));
}

TEST(Client, ReturnsRefusedStreamWithItsBody) {
    RunningServer server;
    Client client = server.connect_local();
    const Result<Response> response = client.follow(
        get("/throw"), soon(), 5s, [](std::string_view) { return Client::Next::go_on; });
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500);
    EXPECT_NE(response->body.find("internal error"), std::string::npos);
}

}  // namespace
}  // namespace dim::http
