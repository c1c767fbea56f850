#include "imageserver/daemon/daemon.hpp"
#include "imageserver/daemon/teardown.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/api/json.hpp"
#include "libdim/api/override_messages.hpp"
#include "libdim/base/text.hpp"
#include "libdim/http/client.hpp"
#include "libdim/http/tls_stream.hpp"
#include "libdim/snmp/running_chassis.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/netlink.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/unix_socket.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <future>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

/// Blade b1's port of the bootnet, in a network namespace of its own.
class BladePort {
public:
    BladePort() {
        std::thread([this] {
            if (::unshare(CLONE_NEWNET) != 0) return;
            const std::string server =
                "nsenter --net=/proc/" + std::to_string(::getpid()) + "/ns/net ";
            const std::string self = std::to_string(::gettid());
            is_made_ = run_all({server + "ip link add link wire0 name blade0 address "
                                         "52:54:00:01:01:01 type macvlan",
                                server + "ip link set blade0 netns " + self,
                                "ip address add 10.1.1.1/16 dev blade0", "ip link set blade0 up"});
            network_ = sys::Fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        }).join();
    }
    bool is_made() const { return is_made_ && static_cast<bool>(network_); }
    /// A connection to the daemon, whose certificate must be of the authority.
    Result<http::Client> connect(const std::string& authority_pem) {
        auto settings = tls::ClientSettings::create(random_, authority_pem);
        if (!settings) return fail(std::move(settings).error());
        settings_.push_back(std::make_unique<tls::ClientSettings>(*std::move(settings)));
        Result<sys::Fd> socket = fail(ErrorCode::internal, "no network");
        std::thread([&] {
            if (::setns(network_.get(), CLONE_NEWNET) != 0) return;
            socket = sys::connect_tcp(0x0a010001, api::kAgentPort, sys::Deadline::in(5s));
        }).join();
        if (!socket) return fail(std::move(socket).error());
        DIM_TRY(auto stream, http::TlsStream::connect(*settings_.back(), "is01", *std::move(socket),
                                                      sys::Deadline::in(5s)));
        return http::Client(std::move(stream));
    }

private:
    bool is_made_ = false;
    sys::Fd network_;
    tls::Random random_ = tls::Random::create().value();
    std::vector<std::unique_ptr<tls::ClientSettings>> settings_;  // of every connection
};

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
    std::vector<api::Alert> alerts(std::string_view kind) {
        const auto answer = ask(http::Method::get, "/v1/status");
        auto alerts = api::parse<api::ClusterStatus>(answer.value()).value().alerts;
        std::erase_if(alerts, [&](const api::Alert& alert) { return alert.kind != kind; });
        return alerts;
    }

    /// Reads states until the daemon ends the stream.
    Result<void> watch_until_it_ends() {
        DIM_TRY(auto socket, sys::connect_unix(settings_.socket(), sys::Deadline::in(5s)));
        http::Client client(std::make_unique<http::SocketStream>(std::move(socket)));
        http::Request request;
        request.method = http::Method::get;
        request.target = "/v1/status?watch=1";
        bool is_first = true;
        DIM_CHECK(client.follow(request, sys::Deadline::in(5s), 30s, [&](std::string_view) {
            if (std::exchange(is_first, false)) has_begun_to_watch_.set_value();
            return http::Client::Next::go_on;
        }));
        return {};
    }
    /// Waits for a status that MATCHES; nothing when none came in time.
    std::optional<api::ClusterStatus>
    wait_for_status(const std::function<bool(const api::ClusterStatus&)>& matches) {
        auto socket = sys::connect_unix(settings_.socket(), sys::Deadline::in(5s)).value();
        http::Client client(std::make_unique<http::SocketStream>(std::move(socket)));
        http::Request request;
        request.method = http::Method::get;
        request.target = "/v1/status?watch=1";
        std::optional<api::ClusterStatus> found;
        const auto deadline = sys::Deadline::in(60s);
        const auto watched =
            client.follow(request, sys::Deadline::in(5s), 30s, [&](std::string_view line) {
                auto status = api::parse<api::ClusterStatus>(line);
                if (status && matches(*status)) found = *status;
                return found || deadline.has_passed() ? http::Client::Next::stop
                                                      : http::Client::Next::go_on;
            });
        EXPECT_TRUE(watched) << watched.error().message();
        return found;
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

/// Its blades are in an emulated chassis, b1 on.
class DaemonWithChassisTest : public DaemonTest {
protected:
    void prepare() override {
        const std::string key = directory_ / "mm.key";
        ASSERT_TRUE(sys::write_file_atomically(key, "community private\n"));
        ASSERT_EQ(::chmod(key.c_str(), 0600), 0);
        chassis_.emplace(std::vector<std::string>{"--listen", "127.0.0.2:161", "--bay", "1=js20,on",
                                                  "--trap", "127.0.0.1:162"});
        std::string xml = kCluster;
        xml.insert(xml.find("  <level"), "  <network name=\"mmnet\" role=\"management\" "
                                         "address=\"127.0.0.0/24\"/>\n");
        const std::string server_end = "    </component>\n  </level>\n";
        xml.insert(xml.find(server_end) + server_end.find("  </level>"),
                   "<component name=\"mm\" role=\"management-module\" pattern=\"is{server}mm\">"
                   "<interface network=\"mmnet\" address=\"127.0.0.2\"/></component>");
        xml.insert(xml.find("</cluster>"),
                   "<set for=\"b[1-2]\"><property name=\"module\" value=\"is01mm\"/></set>"
                   "<set for=\"is01mm\"><property name=\"credentials\" value=\"" +
                       key + "\"/></set>");
        ASSERT_TRUE(sys::write_file_atomically(settings_.cluster_file, xml));
        settings_.traps = model::Ipv4Endpoint::parse("127.0.0.1", 162).value();
    }
    /// powerOnOffBlade of bay 1.
    void switch_off() {
        auto session = chassis_->open();
        ASSERT_TRUE(session) << session.error().message();
        const snmp::ObjectId power{1, 3, 6, 1, 4, 1, 2, 3, 51, 2, 22, 1, 6, 1, 1, 7, 1};
        ASSERT_TRUE(session->set(power, std::int32_t{0}));
    }

    std::optional<snmp::RunningChassis> chassis_;
};

TEST_F(DaemonWithChassisTest, ABladeThatLosesItsPowerIsOffAtOnce) {
    ASSERT_TRUE(wait_for_status([](const api::ClusterStatus& status) {
        return status.chassis.size() == 1 && status.chassis[0].bays.size() == 1 &&
               status.chassis[0].bays[0].power == "on";
    }));
    switch_off();
    const auto status = wait_for_status([](const api::ClusterStatus& status) {
        return status.blades[0].state == model::BladeState::off;
    });
    ASSERT_TRUE(status);
    EXPECT_EQ(status->chassis[0].bays[0].power, "off");
    const auto answer = ask(http::Method::get, "/v1/blades/b1");
    const auto story = api::parse<api::BladeStory>(answer.value()).value();
    ASSERT_FALSE(story.events.empty()) << "its trap";
    EXPECT_EQ(story.events.back().source, "is01mm");
    EXPECT_TRUE(story.events.back().text.starts_with("power off")) << story.events.back().text;
}

/// Becomes readable when a neighbour entry changes (rtnetlink(7), RTMGRP_NEIGH).
sys::Fd neighbour_events() {
    sys::Fd events(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl group{};
    group.nl_family = AF_NETLINK;
    group.nl_groups = RTMGRP_NEIGH;
    if (::bind(events.get(), reinterpret_cast<const sockaddr*>(&group), sizeof group) != 0)
        throw std::runtime_error("listen to changes of neighbours");
    return events;
}

/// COUNT permanent neighbours, before long.
bool wait_for_neighbours(std::size_t count) {
    const sys::Fd events = neighbour_events();
    const auto deadline = sys::Deadline::in(20s);
    for (;;) {
        sys::discard_events(events);
        const auto neighbours = sys::permanent_neighbours();
        if (neighbours && neighbours->size() == count) return true;
        if (!sys::poll(events, sys::Readiness::readable, deadline)) return false;
    }
}

TEST_F(DaemonTest, KnowsItsBladesByTheirMacUntilItIsTornDown) {
    EXPECT_TRUE(wait_for_neighbours(2));
    ASSERT_TRUE(run_all({"ip neigh flush dev boot0 nud permanent"}));
    EXPECT_TRUE(wait_for_neighbours(2)) << "somebody else's command is mended";
    ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
    thread_.join();
    EXPECT_EQ(sys::permanent_neighbours()->size(), 2u) << "they stay, as services do";
    daemon_.reset();
    ASSERT_TRUE(tear_down(settings_));
    EXPECT_EQ(sys::permanent_neighbours()->size(), 0u);
}

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

TEST_F(DaemonTest, ARenamedImageIsOfferedAndKnownByItsNewName) {
    running_services();
    make_image();
    const auto is_done_for_b1 = [&](http::Method method, const std::string& target,
                                    const std::string& image) {
        return is_done(method, target, R"({"image":")" + image + R"(","blades":["b1"]})");
    };
    ASSERT_TRUE(is_done_for_b1(http::Method::put, "/v1/exports", "granite"));
    const std::string rename = R"({"name":"granite","new_name":"slate"})";
    EXPECT_TRUE(run(http::Method::put, "/v1/image-names", rename).value().problem);
    ASSERT_TRUE(is_done_for_b1(http::Method::delete_, "/v1/exports", "granite"));
    ASSERT_TRUE(is_done(http::Method::put, "/v1/image-names", rename));
    ASSERT_TRUE(is_done_for_b1(http::Method::put, "/v1/exports", "slate"));
    const auto exports =
        api::parse<api::NfsExportList>(ask(http::Method::get, "/v1/exports").value())->exports;
    ASSERT_EQ(exports.size(), 2u);
    EXPECT_EQ(exports[0].path, "/blades/b1/slate");
    EXPECT_EQ(exports[1].path, "/shared/slate/1");
    // What was written into the blade image is known to be written by the daemon.
    const auto overrides = api::parse<api::OverrideList>(
        ask(http::Method::post, "/v1/overrides/look", R"({"blades":["b1"]})").value());
    ASSERT_EQ(overrides->images.size(), 1u);
    EXPECT_EQ(overrides->images[0].image.text(), "slate");
    ASSERT_FALSE(overrides->images[0].files.empty());
    for (const api::OverrideFile& file : overrides->images[0].files) {
        EXPECT_EQ(file.state, "current") << file.path;
        EXPECT_TRUE(file.written) << file.path;
    }
}

TEST_F(DaemonTest, AnNfsServerThatHangsHoldsUpNoQuestionAndNoOtherEdit) {
    const auto services = running_services();
    const auto ganesha = static_cast<pid_t>(*services.at("ganesha").pid);
    make_image();
    ASSERT_TRUE(
        is_done(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b1"]})"));
    ASSERT_EQ(::kill(ganesha, SIGSTOP), 0);
    const sys::Fd exports =
        sys::watch_directory(settings_.services_directory() + "/ganesha").value();
    auto hanging = std::async(std::launch::async, [this] {
        return run(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b2"]})");
    });
    // Its exports are written under the lock under which it is told to read them; it does not, and
    // is waited for up to 10 s.
    ASSERT_TRUE(sys::poll(exports, sys::Readiness::readable, sys::Deadline::in(10s)));
    for (const char* question : {"/v1/exports", "/v1/status", "/v1/blade-images", "/v1/images",
                                 "/v1/dhcp", "/v1/blades/b1", "/v1/cluster"}) {
        const auto answer = ask(http::Method::get, question, "", 3s);
        EXPECT_TRUE(answer) << question << ": " << answer.error().message();
    }
    EXPECT_TRUE(is_done(http::Method::delete_, "/v1/assignments", R"({"blades":["b1"]})", 3s));
    EXPECT_EQ(hanging.wait_for(0s), std::future_status::timeout) << "it did not hang at all";
    // Told to end, it takes nothing new and still answers what it was asked.
    auto watching = std::async(std::launch::async, [this] { (void)watch_until_it_ends(); });
    ASSERT_TRUE(has_begun_to_watch_.get_future().wait_for(10s) == std::future_status::ready);
    ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
    EXPECT_EQ(watching.wait_for(10s), std::future_status::ready);
    EXPECT_FALSE(ask(http::Method::get, "/v1/status", "", 3s));
    ASSERT_EQ(::kill(ganesha, SIGCONT), 0);
    const auto line = hanging.get();
    ASSERT_TRUE(line) << line.error().message();
    EXPECT_TRUE(line->done) << line->problem->detail;
    thread_.join();
    EXPECT_TRUE(ended_);
}

/// The bootnet's device has not got its address yet when the daemon starts, as after a cold start
/// of the machine; and nobody has raised the limit of open files.
class EarlyDaemonTest : public DaemonTest {
protected:
    void prepare() override {
        ASSERT_TRUE(run_all({"ip address del 10.1.0.1/16 dev boot0"}));
        ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit_), 0);
        rlimit low = limit_;
        low.rlim_cur = 1024;
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    }
    void TearDown() override {
        DaemonTest::TearDown();
        EXPECT_TRUE(run_all({"ip address replace 10.1.0.1/16 dev boot0"}));
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit_), 0);
    }
    rlimit limit_{};
};

TEST_F(EarlyDaemonTest, ListensWhenTheAddressComesAndTellsWhyNotUntilThen) {
    rlimit raised{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &raised), 0);
    EXPECT_EQ(raised.rlim_cur, raised.rlim_max);
    std::vector<api::Alert> told;
    for (const auto deadline = sys::Deadline::in(20s); told.empty() && !deadline.has_passed();)
        told = alerts("agent-port");
    ASSERT_EQ(told.size(), 1u);
    EXPECT_TRUE(told.front().text.contains("10.1.0.1")) << told.front().text;
    EXPECT_TRUE(told.front().cure->contains("give boot0 the address 10.1.0.1"));

    ASSERT_TRUE(run_all({"ip address add 10.1.0.1/16 dev boot0"}));
    for (const auto deadline = sys::Deadline::in(20s); !told.empty() && !deadline.has_passed();)
        told = alerts("agent-port");
    EXPECT_TRUE(told.empty()) << "it listens";
    EXPECT_TRUE(sys::connect_tcp(0x0a010001, api::kAgentPort, sys::Deadline::in(5s)));
    const auto services = running_services();
    for (const auto& [name, service] : services)
        EXPECT_FALSE(service.cause) << name;
}

TEST_F(DaemonTest, GoesOnWhenItsDiskIsFullAndTells) {
    const auto is_short = [](const api::ClusterStatus& status) {
        return std::ranges::any_of(
            status.alerts, [](const api::Alert& alert) { return alert.kind == "disk-space"; });
    };
    running_services();
    make_image();
    const auto before = wait_for_status([](const auto& status) { return status.disk.has_value(); });
    ASSERT_TRUE(before);
    EXPECT_FALSE(is_short(*before));
    EXPECT_EQ(before->disk->provisioning, "reserved");
    EXPECT_GE(before->disk->total_bytes, std::uint64_t{900} << 20);

    const std::string filler = settings_.state_directory + "/filler";
    ASSERT_TRUE(
        run_all({"dd if=/dev/zero of=" + filler + " bs=64k 2>/dev/null || test -s " + filler}));
    // The alert may come before the disk is full: what is left is seen by and by.
    const auto full = wait_for_status([&](const auto& status) {
        return is_short(status) && status.disk->free_bytes < std::uint64_t{1} << 20;
    });
    ASSERT_TRUE(full);
    EXPECT_EQ(full->disk->committed_bytes, std::uint64_t{32} << 20);
    EXPECT_TRUE(is_done(http::Method::delete_, "/v1/assignments", R"({"blades":["b1"]})"))
        << "the database has room of its own";
    const auto line = run(
        http::Method::post, "/v1/images",
        R"({"name":"second","architecture":"ppc64","exclude":[],"one_file_system":false,"source":")" +
            tree_ + R"(","shared":["usr"],"init":"/sbin/init","blade_image_bytes":16777216})");
    ASSERT_TRUE(line);
    ASSERT_TRUE(line->problem);
    EXPECT_NE(line->problem->detail.find("no space left (need"), std::string::npos)
        << line->problem->detail;

    ASSERT_TRUE(run_all({"rm " + filler}));
    // The alert may stay: at the rate of the last minutes such a disk is soon full again.
    EXPECT_TRUE(wait_for_status(
        [](const auto& status) { return status.disk->free_bytes > std::uint64_t{500} << 20; }));
    EXPECT_TRUE(
        is_done(http::Method::put, "/v1/exports", R"({"image":"granite","blades":["b1"]})"));
}

TEST_F(DaemonTest, ReplacesItsAuthorityUnderOpenConnections) {
    BladePort blade;
    ASSERT_TRUE(blade.is_made());
    const std::string identity = settings_.state_directory + "/identity";
    const std::string old_authority = sys::read_file(identity + "/ca.crt").value();
    http::Request question;
    question.method = http::Method::get;
    question.target = "/v1/nothing";
    const auto answers = [&](http::Client& client) {
        return client.exchange(question, sys::Deadline::in(10s)).has_value();
    };
    auto open = blade.connect(old_authority);
    // The bootnet's address is there since a moment ago; the daemon tries again after a second.
    for (const auto deadline = sys::Deadline::in(10s); !open && !deadline.has_passed();)
        open = blade.connect(old_authority);
    ASSERT_TRUE(open) << open.error().message();
    EXPECT_TRUE(answers(*open));

    ASSERT_TRUE(
        is_done(http::Method::post, "/v1/authority/rotation", R"({"finish":false,"force":false})"));
    const std::string next = sys::read_file(identity + "/next/ca.crt").value();
    const auto both = blade.connect(old_authority + next);
    EXPECT_TRUE(both) << both.error().message();
    EXPECT_FALSE(blade.connect(next)) << "blades do not know it yet";

    ASSERT_TRUE(
        is_done(http::Method::post, "/v1/authority/rotation", R"({"finish":true,"force":false})"));
    auto fresh = blade.connect(next);
    for (const auto deadline = sys::Deadline::in(10s); !fresh && !deadline.has_passed();)
        fresh = blade.connect(next);
    ASSERT_TRUE(fresh) << fresh.error().message();
    EXPECT_TRUE(answers(*fresh));
    EXPECT_FALSE(blade.connect(old_authority));
    EXPECT_TRUE(answers(*open)) << "what was open goes on";
}

}  // namespace
}  // namespace dim::server
