#pragma once

#include "imageserver/daemon/daemon.hpp"
#include "imageserver/daemon/teardown.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/json.hpp"
#include "libdim/base/text.hpp"
#include "libdim/http/client.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/unix_socket.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <future>
#include <map>
#include <thread>

#include <gtest/gtest.h>

/// The daemon itself, as main() starts it, with the real standard daemons.
namespace dim::server {

inline constexpr const char* kDaemonCluster = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <level name="server" symbol="is" width="2" last="1">
    <component name="server" role="server">
      <interface network="bootnet" device="boot0" address="10.1.0.1"/>
    </component>
  </level>
  <level name="blade" symbol="b" last="2">
    <component name="blade" role="blade" type="js20" server="is01" mac="52:54:00:01:01:{blade}">
      <interface network="bootnet" address="10.1.1.{blade}"/>
    </component>
  </level>
</cluster>
)";

inline bool run_all(const std::vector<std::string>& commands) {
    for (const std::string& command : commands) {
        const auto result = sys::run({"/bin/sh", "-ec", command}, std::chrono::seconds(30));
        if (result && result->status.is_success()) continue;
        ADD_FAILURE() << command << ": " << (result ? result->output : result.error().message());
        return false;
    }
    return true;
}

/// A network with the bootnet's device and mounts that nobody else sees, for the whole program.
inline bool enter_own_world() {
    static const testing::OwnNetwork network;
    static const bool is_made = network.is_made() && ::unshare(CLONE_NEWNS) == 0 &&
                                run_all({"mount --make-rprivate /", "ip link set lo up",
                                         "ip link add boot0 type veth peer name wire0",
                                         "ip address add 10.1.0.1/16 dev boot0",
                                         "ip link set boot0 up", "ip link set wire0 up"});
    return is_made;
}

class DaemonTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(enter_own_world()) << "run it as root";
        ASSERT_TRUE(run_all(
            {"truncate -s 1G " + directory_ / "disk", "mkfs.ext4 -q -F -m 0 " + directory_ / "disk",
             "mkdir -p " + settings_.state_directory + " " + tree_ + "/sbin " + tree_ + "/etc " +
                 tree_ + "/usr",
             "mount -o loop " + directory_ / "disk" + " " + settings_.state_directory,
             "install -m 755 /bin/true " + tree_ + "/sbin/init"}));
        ASSERT_TRUE(sys::write_file_atomically(settings_.cluster_file, kDaemonCluster));
        prepare();
        auto daemon = Daemon::start(settings_);
        ASSERT_TRUE(daemon) << to_string(daemon.error());
        daemon_.emplace(*std::move(daemon));
        thread_ = std::thread([this] { ended_ = daemon_->run(); });
    }
    void TearDown() override {
        if (thread_.joinable()) {
            // Blocked in every thread: the daemon reads it from its descriptor.
            EXPECT_EQ(::kill(::getpid(), SIGTERM), 0);
            thread_.join();
            EXPECT_TRUE(ended_);
        }
        daemon_.reset();
        const auto torn_down = tear_down(settings_);
        EXPECT_TRUE(torn_down) << to_string(torn_down.error());
        (void)sys::umount(settings_.state_directory, MNT_DETACH);
    }

    /// Before the daemon is started.
    virtual void prepare() {}

    /// What the daemon answers to one question, in WITHIN.
    Result<std::string> ask(http::Method method, const std::string& target,
                            const std::string& body = "",
                            std::chrono::milliseconds within = std::chrono::seconds(60)) {
        DIM_TRY(auto socket,
                sys::connect_unix(settings_.socket(), sys::Deadline::in(std::chrono::seconds(5))));
        http::Client client(std::make_unique<http::SocketStream>(std::move(socket)));
        http::Request request;
        request.method = method;
        request.target = target;
        request.body = body;
        std::string lines;
        DIM_TRY(const auto response, client.follow(request, sys::Deadline::in(within), within,
                                                   [&](std::string_view line) {
                                                       lines.append(line).append("\n");
                                                       return http::Client::Next::go_on;
                                                   }));
        return lines.empty() ? response.body : lines;
    }
    /// The last line of a job.
    Result<api::JobLine> run(http::Method method, const std::string& target,
                             const std::string& body,
                             std::chrono::milliseconds within = std::chrono::seconds(60)) {
        DIM_TRY(const std::string lines, ask(method, target, body, within));
        return api::parse<api::JobLine>(split(trim(lines), '\n').back());
    }
    bool is_done(http::Method method, const std::string& target, const std::string& body,
                 std::chrono::milliseconds within = std::chrono::seconds(60)) {
        const auto line = run(method, target, body, within);
        if (line && line->done) return true;
        ADD_FAILURE() << target << ": "
                      << (!line           ? line.error().message()
                          : line->problem ? line->problem->detail
                                          : "no end");
        return false;
    }
    /// Reads states until EACH says to stop, or the daemon ends the stream.
    Result<void> watch(const std::function<http::Client::Next(std::string_view)>& each) const {
        DIM_TRY(auto socket,
                sys::connect_unix(settings_.socket(), sys::Deadline::in(std::chrono::seconds(5))));
        http::Client client(std::make_unique<http::SocketStream>(std::move(socket)));
        http::Request request;
        request.method = http::Method::get;
        request.target = "/v1/status?watch=1";
        DIM_CHECK(client.follow(request, sys::Deadline::in(std::chrono::seconds(5)),
                                std::chrono::seconds(30), each));
        return {};
    }
    /// Waits for a status that MATCHES; nothing when none came in time.
    std::optional<api::ClusterStatus>
    wait_for_status(const std::function<bool(const api::ClusterStatus&)>& matches) {
        std::optional<api::ClusterStatus> found;
        const auto deadline = sys::Deadline::in(std::chrono::seconds(60));
        const auto watched = watch([&](std::string_view line) {
            auto status = api::parse<api::ClusterStatus>(line);
            if (status && matches(*status)) found = *status;
            return found || deadline.has_passed() ? http::Client::Next::stop
                                                  : http::Client::Next::go_on;
        });
        EXPECT_TRUE(watched) << watched.error().message();
        return found;
    }
    /// Waits until every service runs.
    std::map<std::string, api::ServiceStatus> running_services() {
        const auto status = wait_for_status([](const api::ClusterStatus& seen) {
            return std::ranges::all_of(seen.services, [](const api::ServiceStatus& service) {
                return service.is_running && !service.cause;
            });
        });
        EXPECT_TRUE(status) << "not every service runs";
        std::map<std::string, api::ServiceStatus> services;
        if (status)
            for (const auto& service : status->services)
                services[service.name] = service;
        return services;
    }
    std::vector<api::Alert> alerts(std::string_view kind) {
        const auto answer = ask(http::Method::get, "/v1/status");
        auto alerts = api::parse<api::ClusterStatus>(answer.value()).value().alerts;
        std::erase_if(alerts, [&](const api::Alert& alert) { return alert.kind != kind; });
        return alerts;
    }

    /// Reads states until the daemon ends the stream.
    Result<void> watch_until_it_ends() {
        bool is_first = true;
        return watch([&](std::string_view) {
            if (std::exchange(is_first, false)) has_begun_to_watch_.set_value();
            return http::Client::Next::go_on;
        });
    }
    void make_image() {
        ASSERT_TRUE(is_done(
            http::Method::post, "/v1/images",
            R"({"name":"granite","architecture":"ppc64","exclude":[],"one_file_system":false,"source":")" +
                tree_ + R"(","shared":["usr"],"init":"/sbin/init","blade_image_bytes":16777216})"));
        ASSERT_TRUE(is_done(http::Method::post, "/v1/blade-images",
                            R"({"image":"granite","blades":["b1","b2"]})"));
    }

    testing::TemporaryDirectory directory_;
    DaemonSettings settings_{.cluster_file = directory_ / "cluster.xml",
                             .server = "",
                             .state_directory = directory_ / "state",
                             .run_directory = directory_ / "run",
                             .agents = directory_ / "agents",
                             .kernel_kit = directory_ / "kit"};
    std::string tree_ = directory_ / "tree";
    std::optional<Daemon> daemon_;
    Result<void> ended_ = fail(ErrorCode::internal, "not ended");
    std::thread thread_;
    std::promise<void> has_begun_to_watch_;
};

}  // namespace dim::server
