#include "imageserver/daemon/daemon.hpp"
#include "imageserver/daemon/teardown.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/json.hpp"
#include "libdim/base/text.hpp"
#include "libdim/http/client.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/unix_socket.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <csignal>
#include <future>
#include <thread>

#include <gtest/gtest.h>

// The daemon itself, as main() starts it, with the real standard daemons.
namespace dim::server {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCluster = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
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

bool run_all(const std::vector<std::string>& commands) {
    for (const std::string& command : commands) {
        const auto result = sys::run({"/bin/sh", "-ec", command}, 30s);
        if (result && result->status.is_success()) continue;
        ADD_FAILURE() << command << ": " << (result ? result->output : result.error().message());
        return false;
    }
    return true;
}

/// A network with the bootnet's device and mounts that nobody else sees, for the whole program.
bool enter_own_world() {
    static const testing::OwnNetwork network;
    static const bool is_made = network.is_made() && ::unshare(CLONE_NEWNS) == 0 &&
                                run_all({"mount --make-rprivate /", "ip link set lo up",
                                         "ip link add boot0 type veth peer name wire0",
                                         "ip address add 10.1.0.1/16 dev boot0",
                                         "ip link set boot0 up", "ip link set wire0 up"});
    return is_made;
}

/// Until PID, which is stopped, was sent SIGHUP. There is no event for that.
bool wait_for_pending_hangup(pid_t pid) {
    constexpr unsigned long long kHangup = 1ULL << (SIGHUP - 1);
    constexpr std::string_view kPending = "ShdPnd:";
    for (const auto deadline = sys::Deadline::in(10s); !deadline.has_passed();) {
        const auto status = sys::read_file("/proc/" + std::to_string(pid) + "/status");
        const auto at = status ? status->find(kPending) : std::string::npos;
        if (at != std::string::npos &&
            (std::stoull(status->substr(at + kPending.size()), nullptr, 16) & kHangup) != 0)
            return true;
        sys::sleep_for(5ms);
    }
    return false;
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
        ASSERT_TRUE(sys::write_file_atomically(settings_.cluster_file, kCluster));
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

    /// What the daemon answers to one question, in WITHIN.
    Result<std::string> ask(http::Method method, const std::string& target,
                            const std::string& body = "", std::chrono::milliseconds within = 60s) {
        DIM_TRY(auto socket, sys::connect_unix(settings_.socket(), sys::Deadline::in(5s)));
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
                             const std::string& body, std::chrono::milliseconds within = 60s) {
        DIM_TRY(const std::string lines, ask(method, target, body, within));
        return api::parse<api::JobLine>(split(trim(lines), '\n').back());
    }
    bool is_done(http::Method method, const std::string& target, const std::string& body,
                 std::chrono::milliseconds within = 60s) {
        const auto line = run(method, target, body, within);
        if (line && line->done) return true;
        ADD_FAILURE() << target << ": "
                      << (!line           ? line.error().message()
                          : line->problem ? line->problem->detail
                                          : "no end");
        return false;
    }
    /// Waits for the stream of states until every service runs.
    std::map<std::string, api::ServiceStatus> running_services() {
        auto socket = sys::connect_unix(settings_.socket(), sys::Deadline::in(5s)).value();
        http::Client client(std::make_unique<http::SocketStream>(std::move(socket)));
        http::Request request;
        request.method = http::Method::get;
        request.target = "/v1/status?watch=1";
        std::map<std::string, api::ServiceStatus> services;
        const auto watched =
            client.follow(request, sys::Deadline::in(5s), 30s, [&](std::string_view line) {
                bool are_running = true;
                const auto status = api::parse<api::ClusterStatus>(line).value();
                for (const auto& service : status.services) {
                    services[service.name] = service;
                    are_running = are_running && service.is_running && !service.cause;
                }
                return are_running ? http::Client::Next::stop : http::Client::Next::go_on;
            });
        EXPECT_TRUE(watched) << watched.error().message();
        return services;
    }
    void make_image() {
        ASSERT_TRUE(
            is_done(http::Method::post, "/v1/images",
                    R"({"name":"granite","architecture":"ppc64","directory":")" + tree_ +
                        R"(","shared":["usr"],"init":"/sbin/init","blade_image_bytes":16777216})"));
        ASSERT_TRUE(is_done(http::Method::post, "/v1/blade-images",
                            R"({"image":"granite","blades":["b1","b2"]})"));
    }

    testing::TemporaryDirectory directory_;
    DaemonSettings settings_{.cluster_file = directory_ / "cluster.xml",
                             .server = "",
                             .state_directory = directory_ / "state",
                             .run_directory = directory_ / "run",
                             .agent = directory_ / "agent",
                             .kernel_kit = directory_ / "kit"};
    std::string tree_ = directory_ / "tree";
    std::optional<Daemon> daemon_;
    Result<void> ended_ = fail(ErrorCode::internal, "not ended");
    std::thread thread_;
};

TEST_F(DaemonTest, BringsUpItsServicesAndEndsWithoutThem) {
    const auto services = running_services();
    ASSERT_EQ(services.size(), 3u);
    make_image();
    ASSERT_TRUE(
        is_done(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b1"]})"));
    const auto exports = ask(http::Method::get, "/v1/exports").value();
    EXPECT_EQ(api::parse<api::NfsExportList>(exports)->exports.size(), 2u);
    ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
    thread_.join();
    EXPECT_TRUE(ended_);
    for (const auto& [name, service] : services)
        EXPECT_EQ(::kill(static_cast<pid_t>(*service.pid), 0), 0) << name << " serves on";
}

TEST_F(DaemonTest, AnNfsServerThatHangsHoldsUpNoQuestionAndNoOtherEdit) {
    const auto services = running_services();
    const auto ganesha = static_cast<pid_t>(*services.at("ganesha").pid);
    make_image();
    ASSERT_TRUE(
        is_done(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b1"]})"));
    ASSERT_EQ(::kill(ganesha, SIGSTOP), 0);
    auto hanging = std::async(std::launch::async, [this] {
        return run(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b2"]})");
    });
    // It hangs from when the NFS server was told to read its exports; the timeout is 10 s.
    ASSERT_TRUE(wait_for_pending_hangup(ganesha));
    for (const char* question : {"/v1/exports", "/v1/status", "/v1/blade-images", "/v1/images",
                                 "/v1/dhcp", "/v1/blades/b1", "/v1/cluster"}) {
        const auto answer = ask(http::Method::get, question, "", 3s);
        EXPECT_TRUE(answer) << question << ": " << answer.error().message();
    }
    EXPECT_TRUE(is_done(http::Method::delete_, "/v1/assignments", R"({"blades":["b1"]})", 3s));
    EXPECT_EQ(hanging.wait_for(0s), std::future_status::timeout) << "it did not hang at all";
    ASSERT_EQ(::kill(ganesha, SIGCONT), 0);
    const auto line = hanging.get();
    ASSERT_TRUE(line) << line.error().message();
    EXPECT_TRUE(line->done) << line->problem->detail;
}

}  // namespace
}  // namespace dim::server
