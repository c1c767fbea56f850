#include "libdim/http/running_server.hpp"
#include "libdim/http/server.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace dim::http {
namespace {

using namespace std::chrono_literals;

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
    EXPECT_TRUE(server.wait_for_streams(0));
}

TEST(Server, StopsWhileAStreamWaits) {
    std::optional<Client> client;
    {
        RunningServer server;
        // Its fourth part would come after an hour.
        SocketStream watcher(server.connect_raw());
        ASSERT_TRUE(watcher.write(serialize(get("/forever")), soon()));
        ASSERT_TRUE(server.wait_for_streams(1));
        client.emplace(server.connect_local());
        ASSERT_TRUE(client->exchange(get("/"), soon()));
    }
    EXPECT_FALSE(client->exchange(get("/"), soon()));
}

TEST(Server, AnswersWhatIsUnderWayWhenItIsDrained) {
    RunningServer server;
    Client idle = server.connect_local();
    ASSERT_TRUE(idle.exchange(get("/"), soon()));
    auto held = std::async(std::launch::async, [&server] {
        Client client = server.connect_local();
        auto answer = client.exchange(get("/held"), soon());
        return std::pair(std::move(answer), client.exchange(get("/"), soon()).has_value());
    });
    ASSERT_TRUE(server.wait_for_streams(1));
    SocketStream watcher(server.connect_raw());
    ASSERT_TRUE(watcher.write(serialize(get("/forever")), soon()));
    ASSERT_TRUE(server.wait_for_streams(2));

    auto drained = server.drain();
    EXPECT_TRUE(server.wait_for_streams(1)) << "a stream that never ends is not waited for";
    EXPECT_FALSE(idle.exchange(get("/"), soon()));
    EXPECT_FALSE(sys::connect_unix(server.socket_path(), soon()));
    EXPECT_NE(drained.wait_for(0s), std::future_status::ready);
    server.release();
    const auto [answer, is_kept] = held.get();
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->body, "/held ");
    EXPECT_FALSE(is_kept) << "the last answer of its connection";
    EXPECT_EQ(drained.wait_for(10s), std::future_status::ready);
}

TEST(Server, IsDrainedAtOnceWhenNobodyIsThere) {
    RunningServer server;
    EXPECT_EQ(server.drain().wait_for(10s), std::future_status::ready);
}

TEST(Server, ChangesItsCertificateUnderOpenConnections) {
    RunningServer server;
    Client open = server.connect_tls().value();
    ASSERT_TRUE(open.exchange(get("/before"), soon()));
    const std::string new_authority = server.change_authority();
    EXPECT_EQ(open.exchange(get("/after"), soon())->body, "/after ");
    EXPECT_FALSE(server.connect_tls()) << "it still shows the old certificate";
    EXPECT_EQ(server.next_event().cause, Refusal::tls_failed);
    Client fresh = server.connect_tls(new_authority).value();
    EXPECT_EQ(fresh.exchange(get("/new"), soon())->body, "/new ");
    EXPECT_EQ(open.exchange(get("/still"), soon())->body, "/still ");
    EXPECT_EQ(server.event_count(), 0U);
}

TEST(Server, TellsOfAStreamThatThrows) {
    RunningServer server;
    Client client = server.connect_local();
    const Result<Response> response = client.follow(
        get("/broken"), soon(), 5s, [](std::string_view) { return Client::Next::go_on; });
    EXPECT_FALSE(response);  // cut, so that it is not taken for complete
    EXPECT_EQ(server.next_event().cause, Refusal::handler_failed);
}

}  // namespace
}  // namespace dim::http
