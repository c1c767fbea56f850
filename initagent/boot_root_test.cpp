#include "initagent/boot.hpp"
#include "initagent/boot_loop.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/api/restart_messages.hpp"
#include "libdim/base/text.hpp"
#include "libdim/http/server.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/init_process.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/netlink.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/authority.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <deque>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint16_t kPort = 7443;
constexpr std::int64_t kFarFuture = 4'000'000'000;
constexpr const char* kBladeAddress = "10.99.0.2";

/// What the image server answers to one BootRequest.
struct Answer {
    int status = 200;
    std::string init = "/sbin/init";
    std::string image = "good";
    std::uint32_t heartbeat_seconds = 1;
};

/// An image server in this process, for one blade: answers its boot requests in their order, notes
/// what it is told. It knows one boot, by id and token; another one may enrol as that.
class FakeImageServer {
public:
    FakeImageServer(const tls::Authority& authority, std::deque<Answer> answers,
                    api::Enrolment known = {.boot_id = "boot-1", .token = "secret"})
        : authority_(authority), answers_(std::move(answers)), known_(std::move(known)) {}
    /// What it answers to the second heartbeat, a second after the first: init has done its work.
    void tell(api::SharedRoots news) { news_ = std::move(news); }

    /// Until the blade said that many HEARTBEATS (0: until it was refused). Closes GATE when ready.
    Result<void> serve(std::size_t heartbeats, sys::Fd& gate);
    const std::vector<std::string>& notes() const { return notes_; }

private:
    http::Response respond(const http::Request& request);
    http::Response plan(const api::BootRequest& request);

    const tls::Authority& authority_;
    std::deque<Answer> answers_;
    api::Enrolment known_;
    std::optional<api::SharedRoots> news_;
    std::vector<std::string> notes_;
    std::size_t heartbeats_ = 0;
};

Result<void> FakeImageServer::serve(std::size_t heartbeats, sys::Fd& gate) {
    DIM_TRY(tls::Random random, tls::Random::create());
    DIM_TRY(const tls::Identity identity,
            authority_.issue_server(random,
                                    {.common_name = "is01", .dns_names = {"is01"}, .addresses = {}},
                                    {.not_before = 0, .not_after = kFarFuture}));
    DIM_TRY(auto tls,
            tls::ServerSettings::create(random, identity.certificate_pem, identity.key_pem));
    boost::asio::io_context io;
    const http::Handler handler =
        [&](const http::Request& request,
            const http::Peer& peer) -> boost::asio::awaitable<http::Reply> {
        if (!api::is_reserved_port(peer.port))
            notes_.push_back("from port " + std::to_string(peer.port));
        http::Response response = respond(request);
        if (heartbeats_ == heartbeats) io.stop();
        co_return http::Reply(std::move(response));
    };
    const http::Observer observer = [&](const http::Peer&, http::Refusal, std::string_view text) {
        notes_.push_back("refused: " + std::string(text));
        if (heartbeats == 0) io.stop();
    };
    http::Server server(io.get_executor(), {}, handler, observer);
    const auto shared = std::make_shared<const tls::ServerSettings>(std::move(tls));
    DIM_TRY(const std::uint16_t port, server.listen_tls(0, kPort, shared));
    static_cast<void>(port);
    gate.reset();
    io.run_for(50s);
    return io.stopped() ? Result<void>()
                        : fail(ErrorCode::timed_out, "the blade did not get that far");
}

http::Response FakeImageServer::respond(const http::Request& request) {
    http::Response response;
    if (request.target.starts_with("/v1/agent/boots/") &&
        !request.target.starts_with("/v1/agent/boots/" + known_.boot_id + '/')) {
        response.status = 404;
        response.body =
            api::to_json(api::to_problem(Error(ErrorCode::not_found, "there is no such boot")));
    } else if (request.target == "/v1/agent/enrolments") {
        const auto enrolled = api::parse<api::EnrolmentRequest>(request.body);
        notes_.push_back(enrolled ? "enrolled " + to_string(enrolled->mac) + " with " +
                                        to_string(enrolled->image) + ' ' +
                                        to_string(enrolled->generation) + ", " + enrolled->init
                                  : enrolled.error().message());
        response.body = api::to_json(known_);
    } else if (request.target == "/v1/agent/boots") {
        const auto boot = api::parse<api::BootRequest>(request.body);
        if (boot) return plan(*boot);
        response.status = 400;
    } else if (request.target == "/v1/agent/failures") {
        if (const auto report = api::parse<api::FailureReport>(request.body))
            notes_.push_back("failure at " + std::string(to_string(report->failure.stage)) +
                             (report->token == "secret" ? " of the plan: " : ": ") +
                             report->failure.cause);
    } else if (request.target.ends_with("/stages")) {
        const auto report = api::parse<api::StageReport>(request.body);
        for (const auto& stage : report ? report->stages : std::vector<api::StageTime>())
            notes_.push_back("stage " + std::string(to_string(stage.stage)));
    } else if (request.target.ends_with("/running")) {
        if (const auto report = api::parse<api::RunningReport>(request.body))
            notes_.push_back("running " + report->init);
    } else if (request.target.ends_with("/heartbeats")) {
        const auto heartbeat = api::parse<api::Heartbeat>(request.body);
        if (heartbeat && heartbeat->token == known_.token && heartbeat->memory_available_bytes > 0)
            ++heartbeats_;
        const bool is_told = heartbeat && heartbeat->wait_seconds && heartbeats_ == 2;
        response.body =
            api::to_json(api::HeartbeatAnswer{.shared = is_told ? news_ : std::nullopt});
    } else if (request.target.ends_with("/moves")) {
        if (const auto report = api::parse<api::MoveReport>(request.body))
            notes_.push_back("has " + to_string(report->generation) + ' ' +
                             report->cause.value_or("in use"));
    } else if (request.target.ends_with("/restarts")) {
        if (const auto report = api::parse<api::RestartReport>(request.body))
            for (const api::RestartProcess& process : report->found.processes)
                notes_.push_back("to restart: " + process.command + ' ' + process.file);
    }
    return response;
}

http::Response FakeImageServer::plan(const api::BootRequest& request) {
    for (const api::BootFailure& failure : request.earlier_failures)
        notes_.push_back("earlier failure at " + std::string(to_string(failure.stage)) + ": " +
                         failure.cause);
    notes_.push_back("boot " + to_string(request.mac));
    const Answer answer = answers_.empty() ? Answer() : answers_.front();
    if (!answers_.empty()) answers_.pop_front();
    http::Response response;
    response.status = answer.status;
    if (answer.status != 200) {
        response.body = api::to_json(api::to_problem(
            Error(ErrorCode::conflict, "no image is assigned").with_cure("dim image assign")));
        return response;
    }
    response.body =
        api::to_json(api::BootPlan{.boot_id = "boot-1",
                                   .token = "secret",
                                   .blade = *model::ComponentName::parse("s01c1b01"),
                                   .image = *model::ImageName::parse("tiny"),
                                   .generation = *model::Generation::from_number(1),
                                   .root = {"10.99.0.1:/images/" + answer.image, "/", "rw"},
                                   .shared = {{"10.99.0.1:/share/usr", "/usr", "ro"}},
                                   .init = answer.init,
                                   .heartbeat_seconds = answer.heartbeat_seconds});
    return response;
}

/// Stands in for NFS: SOURCE's path is one of the blade's own initramfs.
Result<void> mount_bound(const MountStep& step, const std::string& root) {
    const auto access =
        (step.flags & MS_RDONLY) != 0 ? sys::Access::read_only : sys::Access::read_write;
    return sys::bind_mount(step.source.substr(step.source.find(':') + 1), root + step.target,
                           access);
}

constexpr const char* kInitScript = R"sh(#!/bin/sh
{
echo "pid $$ arguments $*"
echo "directory $(pwd) root $(echo /*)"
echo "proc $(test -e /proc/self/stat && echo yes) dev $(test -c /dev/null && echo yes)"
touch /usr/x 2>/dev/null && echo usr is writable
touch /x && echo root is writable
for process in /proc/[0-9]*; do
    echo "process $(cat $process/comm) $(tr '\0' ' ' <$process/cmdline)"
done
echo "sockets $(ls -l /proc/1/fd | grep -c socket)"
} >/evidence 2>&1
exec sleep 1000
)sh";

/// An image below the initramfs, with programs as links into the shared /usr.
Result<void> make_image(const std::string& path) {
    for (const char* directory : {"/dev", "/proc", "/sys", "/usr", "/sbin"})
        DIM_CHECK(sys::ensure_directory(path + directory));
    for (const char* name : {"bin", "lib", "lib64"})
        DIM_CHECK(sys::symlink("usr/" + std::string(name), path + "/" + name));
    DIM_TRY(const sys::Fd init, sys::open(path + "/sbin/init", O_CREAT | O_WRONLY, 0755));
    DIM_CHECK(sys::write_all(init, kInitScript));
    DIM_TRY(const sys::Fd rubbish, sys::open(path + "/sbin/rubbish", O_CREAT | O_WRONLY, 0755));
    return sys::write_all(rubbish, "\x7f"
                                   "ELF for another machine");
}

/// What the kernel and the firmware would have left: an initramfs at BASE, two ports.
Result<void> make_blade(const std::string& base, const std::string& authority_pem) {
    DIM_CHECK(sys::make_private("/"));
    DIM_CHECK(sys::mount("tmpfs", base, "tmpfs", 0, "mode=755"));
    for (const char* directory : {"/proc", "/sys", "/dev", "/sysroot", "/dim", "/share/usr",
                                  "/share/usr-2", "/tree/chosen", "/tree/vdevice/l-lan@2"})
        DIM_CHECK(sys::ensure_directory(base + directory));
    DIM_CHECK(sys::bind_mount("/usr", base + "/share/usr", sys::Access::read_write));
    DIM_CHECK(make_image(base + "/images/good"));
    DIM_CHECK(make_image(base + "/images/bare"));
    DIM_CHECK(sys::rmdir(base + "/images/bare/proc"));
    DIM_CHECK(sys::mount("tmpfs", base + "/dev", "tmpfs", 0, "mode=755"));
    if (::mknod((base + "/dev/null").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0)
        return fail(Error::from_errno(errno, "mknod"));

    for (const auto& command :
         {std::vector<std::string>{"ip", "link", "set", "lo", "up"},
          std::vector<std::string>{"ip", "link", "add", "eth7", "type", "veth", "peer", "eth8"},
          std::vector<std::string>{"ip", "link", "set", "eth8", "up"}}) {
        DIM_TRY(const sys::RunResult ran, sys::run(command, 10s));
        if (!ran.status.is_success()) return fail(ErrorCode::io, ran.output);
    }
    BootpReply reply;
    DIM_TRY(const auto interfaces, sys::network_interfaces());
    for (const auto& interface : interfaces)
        if (interface.name == "eth7")
            reply.client_mac = *model::MacAddress::from_bytes(interface.mac);
    reply.client_address = *model::Ipv4Address::parse(kBladeAddress);
    reply.next_server = reply.client_address;
    reply.netmask = *model::Ipv4Address::parse("255.255.255.0");
    const auto write = [&](const std::string& name, const std::string& bytes) -> Result<void> {
        DIM_TRY(const sys::Fd file, sys::open(base + name, O_CREAT | O_WRONLY, 0644));
        return sys::write_all(file, bytes);
    };
    DIM_CHECK(write("/share/usr-2/generation", "2"));
    DIM_CHECK(write("/tree/chosen/bootp-response", serialize(reply)));
    DIM_CHECK(write("/cmdline", "quiet dim.server-name=is01 dim.retry-max-seconds=1\n"));
    return write("/dim/ca.pem", authority_pem);
}

/// Mounts BASE over "/", and shares all of it, as an initramfs with an init of its own may.
Result<void> enter_initramfs(const std::string& base) {
    DIM_TRY(const sys::Fd root, sys::open_directory(base));
    DIM_TRY(const sys::Fd old_root, sys::open_directory("/"));
    DIM_CHECK(sys::move_mount(root, old_root));
    DIM_CHECK(sys::fchdir(root));
    DIM_CHECK(sys::chroot("."));
    DIM_CHECK(sys::chdir("/"));
    return sys::mount("none", "/", "", MS_SHARED | MS_REC, "");
}

/// Starts when the other end of GATE is closed.
[[noreturn]] void be_process_one(const std::string& base, const sys::Fd& gate) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    char byte = 0;
    if (sys::read(gate, std::span(&byte, 1)) && enter_initramfs(base)) {
        BootSettings settings;
        settings.started_us = now_us();
        settings.arguments = {"/init", "single"};
        settings.environment = ::environ;
        settings.process_title = ::program_invocation_name;
        settings.files.command_line = "/cmdline";
        settings.files.device_tree = "/tree";
        settings.mount_file_system = mount_bound;
        Boot boot(std::move(settings));
        boot_until_it_works(boot);
    }
    sys::exit_now(1);
}

enum class FirstServer { right, wrong, only };

constexpr std::size_t kHeartbeats = 3;

/// Boots a blade in its own namespaces until each server heard its heartbeats; a wrong first server
/// is one of another cluster. Returns what the server noted, then what the image's init wrote.
Result<std::string> boot_blade(const std::string& base, const std::deque<Answer>& answers,
                               FirstServer first) {
    if (::unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS) != 0)
        return fail(Error::from_errno(errno, "unshare"));
    DIM_TRY(tls::Random random, tls::Random::create());
    const tls::Validity validity{.not_before = 0, .not_after = kFarFuture};
    DIM_TRY(const auto authority, tls::Authority::create(random, "right", validity));
    DIM_TRY(const auto wrong, tls::Authority::create(random, "wrong", validity));
    DIM_CHECK(make_blade(base, authority.certificate_pem()));
    DIM_TRY(const sys::Fd image, sys::open_directory(base + "/images/good"));

    // Now, because the next child is process 1 there.
    if (::unshare(CLONE_NEWPID) != 0) return fail(Error::from_errno(errno, "unshare"));
    DIM_TRY(sys::Pipe gate, sys::pipe());
    DIM_TRY(const pid_t blade, sys::fork());
    if (blade == 0) {
        gate.write_end.reset();
        be_process_one(base, gate.read_end);
    }
    FakeImageServer stranger(wrong, {});
    Result<void> served =
        first == FirstServer::wrong ? stranger.serve(0, gate.write_end) : Result<void>();
    FakeImageServer server(authority, answers);
    server.tell({.generation = *model::Generation::from_number(2),
                 .mounts = {{"10.99.0.1:/share/usr-2", "/usr", "ro"}}});
    if (served) served = server.serve(kHeartbeats, gate.write_end);
    // The daemon comes back after a restart, with a database from before this boot.
    FakeImageServer successor(authority, {}, {.boot_id = "boot-2", .token = "new secret"});
    successor.tell({.generation = *model::Generation::from_number(3),
                    .mounts = {{"10.99.0.9:/share/usr-2", "/usr", "ro"}}});
    if (served && first != FirstServer::only) served = successor.serve(kHeartbeats, gate.write_end);
    const auto shared = sys::read_file("/proc/" + std::to_string(blade) + "/root/usr/generation");
    ::kill(blade, SIGKILL);
    sys::reap(blade);

    std::string story;
    for (const std::string& note : server.notes())
        story += note + '\n';
    for (const std::string& note : successor.notes())
        story += "later " + note + '\n';
    if (!served) return fail(std::move(served).error().with_context(story));
    DIM_TRY(const std::string evidence, sys::read_file(image, "evidence"));
    return story + evidence + "usr is " + shared.value_or("of the boot") + '\n';
}

std::vector<std::string> boot(const std::deque<Answer>& answers,
                              FirstServer first = FirstServer::right) {
    const testing::TemporaryDirectory base;
    const auto story =
        sys::ask_child([&] { return boot_blade(base.path(), answers, first); }, 110s);
    EXPECT_TRUE(story) << to_string(story.error());
    std::vector<std::string> lines;
    const std::string text = story.value_or("");
    for (const std::string_view line : split(text, '\n'))
        lines.emplace_back(line);
    return lines;
}

TEST(BootRoot, ComesBackFromEveryFailureAfterThePlan) {
    const auto story = boot({{.status = 409},
                             {.image = "bare"},
                             {.init = "/sbin/missing"},
                             {.init = "/sbin/rubbish"},
                             {}});
    EXPECT_THAT(story, Contains(AllOf(StartsWith("failure at plan: "),
                                      HasSubstr("no image is assigned (dim image assign)"))));
    EXPECT_THAT(story, Contains(AllOf(StartsWith("failure at switch-root of the plan: "),
                                      HasSubstr("the image has no directory /proc"))));
    EXPECT_THAT(story, Contains(AllOf(StartsWith("failure at switch-root of the plan: "),
                                      HasSubstr("/sbin/missing: No such file"))));
    EXPECT_THAT(story,
                Contains(AllOf(StartsWith("failure at exec-init of the plan: "),
                               HasSubstr("Exec format error"), HasSubstr("another architecture"))));
    EXPECT_THAT(story, Contains(StartsWith("running ")));
}

TEST(BootRoot, TellsLaterWhatItCouldNotTellAtOnce) {
    const auto story = boot({}, FirstServer::wrong);
    EXPECT_THAT(story, Contains(StartsWith("earlier failure at tls: ")));
    EXPECT_THAT(story, Contains(StartsWith("running ")));
}

TEST(BootRoot, AsksForNewsAllTheTime) {
    constexpr std::uint32_t kHour = 3600;
    const auto story = boot({{.heartbeat_seconds = kHour}}, FirstServer::only);
    EXPECT_THAT(story, Contains(StartsWith("running ")));
    EXPECT_THAT(story, Contains("has 2 in use"));
}

TEST(BootRoot, BecomesTheInitOfTheImage) {
    const auto story = boot({});
    ASSERT_GE(story.size(), 6U);
    EXPECT_THAT(story[0], StartsWith("boot "));
    EXPECT_THAT(std::vector(story.begin() + 1, story.begin() + 5),
                ElementsAre("stage mount-root", "stage mount-shared", "stage switch-root",
                            "stage exec-init"));
    EXPECT_THAT(story[5], StartsWith("running /usr/bin/"));
    EXPECT_THAT(story, Contains("pid 1 arguments single"));
    EXPECT_THAT(story, Contains("directory / root /bin /dev /evidence /lib /lib64 /proc /sbin "
                                "/sys /usr"));
    EXPECT_THAT(story, Contains("proc yes dev yes"));
    EXPECT_THAT(story, Contains("root is writable"));
    EXPECT_THAT(story, Contains("sockets 0"));
    EXPECT_THAT(story, Contains(AllOf(StartsWith("later enrolled "),
                                      HasSubstr(" with tiny 2, /usr/bin/"))));
    EXPECT_THAT(story, Contains("has 2 in use"));
    EXPECT_THAT(story, Contains("usr is 2"));
    EXPECT_THAT(story, Contains("to restart: sleep /usr/bin/sleep"));
    EXPECT_THAT(story, Contains("later to restart: sleep /usr/bin/sleep")) << "known anew";
    EXPECT_THAT(story, Contains(AllOf(StartsWith("later has 3 "), HasSubstr("not on the server"))));
    EXPECT_THAT(story, Not(Contains(HasSubstr("from port"))));
    EXPECT_THAT(story, Not(Contains("usr is writable")));
    EXPECT_THAT(story, Contains(StartsWith("process dim-monitor @")));
}

}  // namespace
}  // namespace dim::agent
