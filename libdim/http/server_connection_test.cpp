#include "libdim/http/running_server.hpp"
#include "libdim/http/server_connection.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <vector>

#include <gtest/gtest.h>

namespace dim::http {
namespace {

using namespace std::chrono_literals;

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
        if (!sys::send(socket, {&byte, 1})) break;
        (void)sys::poll(socket, sys::Readiness::readable, sys::Deadline::in(5ms));
        const auto count = sys::receive(socket, buffer);
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
    sys::Fd socket = server.connect_raw();
    const sys::Fd same = sys::dup(socket).value();
    Client client(std::make_unique<SocketStream>(std::move(socket)));
    ASSERT_TRUE(client.exchange(get("/a"), soon()));
    ASSERT_TRUE(sys::poll(same, sys::Readiness::readable, soon()));
    const Result<Response> second = client.exchange(get("/b"), soon());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::unavailable);
    EXPECT_FALSE(client.is_open());
    EXPECT_EQ(server.event_count(), 0U);
}

TEST(Server, DropsWhoDoesNotRead) {
    RunningServer server(impatient());
    sys::Fd socket = server.connect_raw();
    ASSERT_TRUE(sys::send(socket, serialize(get("/big"))));
    EXPECT_EQ(server.next_event().cause, Refusal::too_slow);
}

TEST(Server, NoticesPeerThatClosesMidway) {
    RunningServer server;
    {
        sys::Fd socket = server.connect_raw();
        ASSERT_TRUE(sys::send(socket, "GET / HTT"));
    }
    EXPECT_EQ(server.next_event().cause, Refusal::broken_off);
    {
        sys::Fd socket = server.connect_raw();
        ASSERT_TRUE(sys::send(socket, serialize(get("/big"))));
        ASSERT_TRUE(sys::poll(socket, sys::Readiness::readable, soon()));
    }
    EXPECT_EQ(server.next_event().cause, Refusal::broken_off);
    EXPECT_TRUE(server.connect_local().exchange(get("/still-alive"), soon()));
}

TEST(Server, StrangersHaveLimitsOfTheirOwn) {
    Server::Settings settings;
    settings.is_stranger = [](const Peer& peer) { return !peer.is_local(); };
    settings.stranger_limits.body = 100;
    RunningServer server(settings);
    const Request request{.method = Method::post, .target = "/x", .body = std::string(101, 'x')};
    EXPECT_EQ(server.connect_tls()->exchange(request, soon())->status, 413);
    EXPECT_EQ(server.connect_local().exchange(request, soon())->status, 200);
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

/// A connection from 127.0.0.2.
sys::Fd connect_from_elsewhere(std::uint16_t port) {
    const auto endpoint = [](std::uint32_t address, std::uint16_t number) {
        sockaddr_in there{};
        there.sin_family = AF_INET;
        there.sin_addr.s_addr = htonl(address);
        there.sin_port = htons(number);
        return there;
    };
    sys::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in own = endpoint(kLoopback + 1, 0);
    const sockaddr_in server = endpoint(kLoopback, port);
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server),
              0);
    return socket;
}

TEST(Server, ReservesConnectionsForAddressesThatHaveNone) {
    Server::Settings settings;
    settings.connections = 3;
    settings.reserved_connections = 1;
    RunningServer server(settings);
    const sys::Fd first = sys::connect_tcp(kLoopback, server.port(), soon()).value();
    const sys::Fd second = sys::connect_tcp(kLoopback, server.port(), soon()).value();
    server.wait_for_connections(2);
    EXPECT_FALSE(server.connect_tls());
    EXPECT_EQ(server.next_event().text, "the last 1 connections are for addresses that have none");
    const sys::Fd other = connect_from_elsewhere(server.port());
    server.wait_for_connections(3);
    const sys::Fd another = connect_from_elsewhere(server.port());
    EXPECT_EQ(server.next_event().text, "more than 3 connections in all");
}

TEST(Server, AnswersOthersBetweenTheRequestsOfOne) {
    RunningServer server;
    const sys::Fd hasty = server.connect_raw();
    const sys::Fd other = server.connect_raw();
    server.wait_for_connections(2);
    std::promise<void> may_go_on;
    server.stop_until(may_go_on.get_future().share());
    std::string requests;
    constexpr std::size_t kRequests = 200;
    for (std::size_t i = 0; i < kRequests; ++i)
        requests += serialize(get("/x"));
    ASSERT_TRUE(sys::send_all(hasty, requests, soon()));
    ASSERT_TRUE(sys::send_all(other, serialize(get("/other")), soon()));
    may_go_on.set_value();
    const auto asked = server.wait_for_requests(kRequests + 1);
    ASSERT_EQ(asked.size(), kRequests + 1);
    EXPECT_LT(std::ranges::find(asked, "/other") - asked.begin(), 10);
}

TEST(Server, ListensOnlyToAddressesThatAreAdmitted) {
    Server::Settings settings;
    settings.admits = [](std::uint32_t address) { return address != kLoopback; };
    RunningServer server(settings);
    EXPECT_FALSE(server.connect_tls());
    const Event event = server.next_event();
    EXPECT_EQ(event.cause, Refusal::unknown_address);
    EXPECT_EQ(event.peer.address, kLoopback);
    EXPECT_TRUE(server.connect_local().exchange(get("/"), soon()));
    server.wait_for_connections(0);
    EXPECT_EQ(server.event_count(), 0U) << "a handshake was begun";
}

TEST(Server, ComputesHandshakesBesideItsLoop) {
    RunningServer server;
    // With nobody to compute it a handshake waits, and nobody else with it.
    std::promise<void> may_go_on;
    const std::shared_future<void> gate = may_go_on.get_future().share();
    for (int thread = 0; thread < RunningServer::kHandshakeThreads; ++thread)
        asio::post(server.handshakes(), [gate] { gate.wait(); });
    auto waiting = std::async(std::launch::async, [&] { return server.connect_tls(); });
    server.wait_for_connections(1);
    EXPECT_EQ(waiting.wait_for(200ms), std::future_status::timeout) << "computed on the loop";
    EXPECT_TRUE(server.connect_local().exchange(get("/"), soon()));
    may_go_on.set_value();
    Result<Client> client = waiting.get();
    ASSERT_TRUE(client) << client.error().message();
    EXPECT_TRUE(client->exchange(get("/"), soon()));
}

TEST(Server, SaysFromWhichPortAPeerSends) {
    Server::Settings settings;
    settings.connections_per_address = 1;
    RunningServer server(settings);
    const sys::Fd taken = sys::connect_tcp(kLoopback, server.port(), soon()).value();
    const sys::Fd refused = sys::connect_tcp(kLoopback, server.port(), soon()).value();
    EXPECT_EQ(server.next_event().peer.port, sys::local_endpoint(refused)->port);
}

TEST(Server, LetsHandshakesWaitForTheirTurn) {
    Server::Settings settings;
    settings.handshakes = 2;
    settings.handshake_timeout = 300ms;
    RunningServer server(settings);
    // Two that never speak hold both places; the third is served when they are dropped.
    const sys::Fd first = sys::connect_tcp(kLoopback, server.port(), soon()).value();
    const sys::Fd second = sys::connect_tcp(kLoopback, server.port(), soon()).value();
    const std::int64_t start = sys::monotonic_us();
    Result<Client> third = server.connect_tls();
    ASSERT_TRUE(third) << third.error().message();
    EXPECT_GT(sys::monotonic_us() - start, 200'000);
    EXPECT_TRUE(third->exchange(get("/"), soon()));
    EXPECT_EQ(server.next_event().cause, Refusal::too_slow);
    EXPECT_EQ(server.next_event().cause, Refusal::too_slow);
    EXPECT_EQ(server.event_count(), 0U);
}

TEST(Server, GivesAClosedConnectionsPlaceToTheNext) {
    Server::Settings settings;
    settings.connections_per_address = 1;
    RunningServer server(settings);
    for (int round = 0; round < 5; ++round) {
        {
            Result<Client> client = server.connect_tls();
            ASSERT_TRUE(client) << client.error().message();
            EXPECT_TRUE(client->exchange(get("/"), soon()));
            EXPECT_FALSE(server.connect_tls());
            EXPECT_EQ(server.next_event().cause, Refusal::too_many_connections);
        }
        server.wait_for_connections(0);
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

}  // namespace
}  // namespace dim::http
