#pragma once

#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/peer/membership.hpp"
#include "imageserver/state/fake_wall_clock.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/api/server_port.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/http/server.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/testing/files_and_programs.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

/// Image servers that belong together, for tests.
namespace dim::server::samples {

inline constexpr std::string_view kThreeServers =
    R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
        <network name="bootnet" role="bootnet" per="server" address="127.{server}.0.0/24"/>
        <level name="server" symbol="s" width="2" last="3">
          <component name="server" role="server" pattern="is{server}" linear="is">
            <interface network="bootnet" device="lo" address="127.{server}.0.5"/>
          </component>
          <level name="blade" symbol="b" width="2" last="1">
            <component name="blade" role="blade" type="js20" mac="52:54:00:00:{server}:{blade}">
              <interface network="bootnet" address="127.{server}.0.{blade}"/>
            </component>
          </level>
        </level>
      </cluster>)";

/// The same with the first of them alone.
inline const std::string kOneServer =
    std::string(kThreeServers).replace(kThreeServers.find("last=\"3\""), 8, "last=\"1\"");

inline model::ComponentName server_name(std::string_view text) {
    return *model::ComponentName::parse(text);
}

/// A server with its own database, which listens on loopback for the others as the daemon does.
class PeerServer {
public:
    explicit PeerServer(std::string_view name)
        : roster_(
              Roster::create(server_name(name), *cluster::parse_cluster(kThreeServers, "three.xml"))
                  .value()) {
        dim::testing::value_of(membership.load());
        thread_ = std::thread([this] { context_.run(); });
    }
    ~PeerServer() {
        boost::asio::post(context_, [this] {
            server_.stop();
            work_.reset();
        });
        thread_.join();
    }

    /// Shows other servers what there is to show by now.
    void listen() {
        auto settings = dim::testing::value_of(membership.server_settings());
        if (!settings) return;
        auto tls = std::make_shared<const tls::ServerSettings>(*std::move(settings));
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            if (port_ == 0)
                port_ = dim::testing::value_of(server_.listen_tls(kLoopback, 0, tls));
            else
                server_.use_tls(tls);
            done.set_value();
        });
        done.get_future().get();
    }
    model::Ipv4Endpoint endpoint() const { return {model::Ipv4Address(kLoopback), port_}; }
    /// With a token of MANAGEMENT's.
    Result<model::ComponentName> join(PeerServer& management) {
        const auto token = management.membership.invite(name());
        management.listen();
        if (!token) return fail(token.error());
        auto joined = membership.join({token->token, management.endpoint()});
        listen();
        // The port is known only now, but the member says it when it joins.
        if (joined) management.moved(name(), endpoint());
        return joined;
    }
    void moved(const model::ComponentName& member, model::Ipv4Endpoint to) {
        dim::testing::value_of(database.get().transaction([&](Transaction& transaction) {
            return transaction.execute("UPDATE peer_member SET port = ?2 WHERE name = ?1",
                                       to_string(member), to.port);
        }));
    }
    void define(const std::string& xml) {
        dim::testing::value_of(roster_.replace(*cluster::parse_cluster(xml, "other.xml")));
    }
    const model::ComponentName& name() const { return roster_.server(); }

    static constexpr std::uint32_t kLoopback = 0x7f000001;
    TestDatabase database{{kPeerMigration}};
    FakeWallClock clock{
        {.time = *model::Timestamp::from_microseconds(sys::realtime_us()), .uptime_us = 1}};

    bool can_leave = true;
    bool can_listen = true;
    /// Answers its management node in place of the daemon.
    std::function<http::Response(const http::Request&)> on_request;

private:
    /// As the daemon does it: the lines of a job.
    std::string leave() {
        api::JobLine line;
        if (can_leave) {
            dim::testing::value_of(membership.leave());
            line.done = "left";
        } else {
            line.problem = api::to_problem(Error(ErrorCode::io, "the disk is full"));
        }
        return R"({"progress":"leaving"})" + std::string("\n") + api::to_json(line) + "\n";
    }
    boost::asio::awaitable<http::Reply> answer(const http::Request& request,
                                               const http::Peer& peer) {
        http::Response response;
        response.body =
            membership.is_management(peer.certificate) ? "my management node" : "a stranger";
        if (request.target == "/v1/server-joins") {
            const auto joined =
                membership.admit(dim::testing::value_of(api::parse<api::JoinRequest>(request.body)),
                                 model::Ipv4Address(peer.address));
            response.status = joined ? 200 : 403;
            response.body =
                joined ? api::to_json(*joined) : api::to_json(api::to_problem(joined.error()));
        }
        if (request.target == "/v1/membership" && membership.is_management(peer.certificate))
            response.body = leave();
        if (on_request && membership.is_management(peer.certificate))
            response = on_request(request);
        co_return response;
    }

    tls::Random random_ = tls::Random::create().value();
    Roster roster_;

public:
    Membership membership{{.cluster = "demo",
                           .listening = model::Ipv4Endpoint{model::Ipv4Address(), api::kServerPort},
                           .show = [this]() -> Result<void> {
                               if (can_listen) return {};
                               return fail(ErrorCode::unavailable, "the port is taken");
                           }},
                          database.get(),
                          random_,
                          roster_,
                          clock};

private:
    boost::asio::io_context context_{1};
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_{
        context_.get_executor()};
    static http::Server::Settings server_settings() {
        http::Server::Settings settings;
        settings.limits.body = std::size_t{4} << 20;
        return settings;
    }
    http::Server server_{context_.get_executor(), server_settings(),
                         [this](const http::Request& request, const http::Peer& peer) {
                             return answer(request, peer);
                         },
                         [](const http::Peer&, http::Refusal, std::string_view) {}};
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace dim::server::samples
