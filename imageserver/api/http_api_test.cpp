#include "imageserver/api/api_fixture.hpp"
#include "libdim/http/client.hpp"
#include "libdim/http/tls_stream.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/unix_socket.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/authority.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <thread>

// The API as its users meet it: the real HTTP server on TLS and on a Unix socket.
namespace dim::server {
namespace {

using namespace std::chrono_literals;

class HttpApiTest : public ApiFixture {
protected:
    void SetUp() override {
        make_ready();
        const std::int64_t day = 86'400;
        const std::int64_t seconds = sys::realtime_us() / 1'000'000;
        const tls::Validity validity{seconds - day, seconds + day};
        authority_.emplace(tls::Authority::create(random_, "Demo CA", validity).value());
        const auto identity =
            authority_
                ->issue_server(random_,
                               {.common_name = "is01", .dns_names = {"is01"}, .addresses = {}},
                               validity)
                .value();
        server_ = std::make_unique<http::Server>(
            loop.get_executor(), http::Server::Settings(),
            [this](const http::Request& request, const http::Peer& peer) {
                return router.handle(request, peer);
            },
            [this](const http::Peer& peer, http::Refusal refusal, std::string_view text) {
                refusals.note(peer, refusal, text);
            });
        port_ = server_
                    ->listen_tls(samples::server_address().value(), 0,
                                 std::make_shared<const tls::ServerSettings>(
                                     tls::ServerSettings::create(random_, identity.certificate_pem,
                                                                 identity.key_pem)
                                         .value()))
                    .value();
        ASSERT_TRUE(server_->listen_unix(socket(), 0600));
        thread_ = std::thread([this] { loop.run(); });
    }
    void TearDown() override {
        boost::asio::post(loop, [this] { server_.reset(); });
        guard_.reset();
        thread_.join();
    }

    std::string socket() const { return directory_ / "api.sock"; }
    Result<http::Client> connect_as_agent(const tls::ClientSettings& settings) {
        DIM_TRY(auto connection, sys::connect_tcp(samples::server_address().value(), port_,
                                                  {512, 1023}, sys::Deadline::in(5s)));
        DIM_TRY(auto stream, http::TlsStream::connect(settings, "is01", std::move(connection),
                                                      sys::Deadline::in(5s)));
        return http::Client(std::move(stream));
    }
    http::Client connect_as_administrator() {
        return http::Client(std::make_unique<http::SocketStream>(
            sys::connect_unix(socket(), sys::Deadline::in(5s)).value()));
    }
    static http::Request request(http::Method method, std::string target, std::string body = "") {
        http::Request made;
        made.method = method;
        made.target = std::move(target);
        made.body = std::move(body);
        return made;
    }
    api::ClusterStatus status() {
        auto client = connect_as_administrator();
        return read<api::ClusterStatus>(
            client.exchange(request(http::Method::get, "/v1/status"), sys::Deadline::in(5s))
                .value());
    }

    tls::Random random_ = tls::Random::create().value();
    std::optional<tls::Authority> authority_;
    testing::TemporaryDirectory directory_;
    std::unique_ptr<http::Server> server_;
    std::uint16_t port_ = 0;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
        loop.get_executor()};
    std::thread thread_;
};

TEST_F(HttpApiTest, ABladeOfAnotherClusterIsSeen) {
    const std::int64_t seconds = sys::realtime_us() / 1'000'000;
    const auto other =
        tls::Authority::create(random_, "Other CA", {seconds - 1000, seconds + 1000}).value();
    const auto settings = tls::ClientSettings::create(random_, other.certificate_pem()).value();
    EXPECT_FALSE(connect_as_agent(settings));
    auto client = connect_as_administrator();
    std::optional<api::BladeStatus> seen;
    const auto watched = client.follow(request(http::Method::get, "/v1/status?watch=1"),
                                       sys::Deadline::in(5s), 5000ms, [&](std::string_view line) {
                                           seen = api::parse<api::ClusterStatus>(line)->blades[0];
                                           return seen->state == model::BladeState::failed
                                                      ? http::Client::Next::stop
                                                      : http::Client::Next::go_on;
                                       });
    ASSERT_TRUE(watched) << watched.error().message();
    EXPECT_EQ(seen->state, model::BladeState::failed);
    EXPECT_EQ(seen->stage, model::BootStage::tls);
    EXPECT_TRUE(seen->cause->contains("another cluster's CA")) << *seen->cause;
}

TEST_F(HttpApiTest, ABladeAsksAndTheAdministratorSees) {
    const auto settings =
        tls::ClientSettings::create(random_, authority_->certificate_pem()).value();
    auto agent = connect_as_agent(settings);
    ASSERT_TRUE(agent) << agent.error().message();
    const auto send = [&](const std::string& target, const std::string& body) {
        return agent->exchange(request(http::Method::post, target, body), sys::Deadline::in(5s))
            .value();
    };
    const auto plan =
        read<api::BootPlan>(send("/v1/agent/boots", to_json(samples::boot_request(seconds()))));
    EXPECT_EQ(send("/v1/agent/boots/" + plan.boot_id + "/running",
                   to_json(samples::running_report(seconds(), plan.token)))
                  .status,
              204);
    EXPECT_EQ(status().blades[0].state, model::BladeState::running);
}

TEST_F(HttpApiTest, AJobStreamsItsLines) {
    auto client = connect_as_administrator();
    std::vector<std::string> lines;
    const auto response = client.follow(request(http::Method::post, "/v1/blade-images",
                                                R"({"image":"granite","blades":["s01c1b01"]})"),
                                        sys::Deadline::in(5s), 5000ms, [&](std::string_view line) {
                                            lines.emplace_back(line);
                                            return http::Client::Next::go_on;
                                        });
    ASSERT_TRUE(response) << response.error().message();
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_TRUE(api::parse<api::JobLine>(lines.back())->done);
}

TEST_F(HttpApiTest, AWatcherSeesABladeChange) {
    auto client = connect_as_administrator();
    std::vector<model::BladeState> states;
    const auto response =
        client.follow(request(http::Method::get, "/v1/status?watch=1"), sys::Deadline::in(5s),
                      5000ms, [&](std::string_view line) {
                          states.push_back(api::parse<api::ClusterStatus>(line)->blades[0].state);
                          if (states.size() > 1) return http::Client::Next::stop;
                          EXPECT_TRUE(journal.begin_boot(
                              samples::blade(), samples::boot_request(seconds()), clock.now()));
                          return http::Client::Next::go_on;
                      });
    ASSERT_TRUE(response);
    EXPECT_EQ(states, (std::vector{model::BladeState::unseen, model::BladeState::booting}));
}

}  // namespace
}  // namespace dim::server
