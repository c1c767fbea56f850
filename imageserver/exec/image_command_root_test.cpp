#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/exec/blade_commands.hpp"
#include "imageserver/exec/image_command.hpp"
#include "imageserver/image/image_store_test_fixture.hpp"
#include "imageserver/state/fake_wall_clock.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/init_process.hpp"
#include "libdim/sys/poll.hpp"

#include <climits>
#include <csignal>
#include <sys/syscall.h>
#include <thread>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::run;
using testing::value_of;

/// Processes of this machine that have TEXT in their command line.
std::vector<pid_t> processes_with(const std::string& text) {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto pid = parse_number<pid_t>(entry.path().filename().string());
        if (!pid || *pid == ::getpid()) continue;
        auto line = sys::read_file(entry.path().string() + "/cmdline");
        if (!line) continue;
        std::ranges::replace(*line, '\0', ' ');
        if (line->contains(text)) found.push_back(*pid);
    }
    return found;
}

/// Where the kernel tells nobody.
bool eventually(const std::function<bool()>& condition) {
    const sys::Deadline deadline = sys::Deadline::in(20s);
    while (!condition()) {
        if (deadline.has_passed()) return false;
        sys::sleep_for(5ms);
    }
    return true;
}

/// Where a command in an image tells that it is under way: echo >/var/here
class Beginning {
public:
    explicit Beginning(const std::string& image) {
        const std::string fifo = image + "/var/here";
        run({"mkfifo", fifo});
        fifo_ = value_of(sys::open(fifo, O_RDONLY | O_NONBLOCK));
    }
    bool wait() {
        const bool has_begun =
            sys::poll(fifo_, sys::Readiness::readable, sys::Deadline::in(20s)).has_value();
        fifo_.reset();
        return has_begun;
    }

private:
    sys::Fd fifo_;
};

/// Some processes that are to end.
class Ending {
public:
    explicit Ending(const std::vector<pid_t>& processes) {
        for (const pid_t pid : processes) {
            sys::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
            if (process) processes_.push_back(std::move(process));
        }
    }
    bool wait() const {
        const sys::Deadline deadline = sys::Deadline::in(20s);
        return std::ranges::all_of(processes_, [&](const sys::Fd& process) {
            return sys::poll(process, sys::Readiness::readable, deadline).has_value();
        });
    }

private:
    std::vector<sys::Fd> processes_;
};

/// A blade's image with this server's own /usr as the shared root, so that there are programs.
class BladeRoot : public testing::ImageStoreTest {
protected:
    BladeRoot() {
        import();
        create("s01c1b01");
        for (const char* name : {"bin", "lib", "lib64"})
            value_of(sys::symlink(std::string("usr/") + name, mounted + "/" + name));
    }

    bladeexec::Invocation invocation(std::vector<std::string> command) const {
        return {.root = mounted,
                .shared = {{"usr", "/usr"},
                           {"opt", store->shared_mount_point(granite, first) + "/opt"}},
                .hostname = "s01c1b01",
                .interpreter = "",
                .command = std::move(command)};
    }
    CommandOutcome exec(std::vector<std::string> command,
                        std::chrono::milliseconds time = 30s) const {
        return run_in_image(DIM_BLADE_EXEC, invocation(std::move(command)), {.time = time});
    }
    CommandOutcome shell(const std::string& line, std::chrono::milliseconds time = 30s) const {
        return exec({"sh", "-c", line}, time);
    }
    /// What LINE says; it must succeed.
    std::string say(const std::string& line) const {
        const CommandOutcome outcome = shell(line);
        EXPECT_EQ(outcome.end, sys::ExitStatus{}) << line << ": " << outcome.output;
        return outcome.output;
    }
    /// How Python ends a system call of an attacker: its output.
    std::string attack(const std::string& python) const {
        return exec({"python3", "-c",
                     "import ctypes, os, socket, stat\n"
                     "libc = ctypes.CDLL(None, use_errno=True)\n"
                     "def call(*arguments):\n"
                     "    if libc.syscall(*arguments) == -1:\n"
                     "        raise OSError(ctypes.get_errno(), '')\n" +
                         python + "\nprint('ESCAPED')"})
            .output;
    }

    const std::string mounted = store->mount_point(blade_name("s01c1b01"), granite);
    /// Names the processes of this test among all of the machine.
    const std::string mark = "98765." + std::to_string(::getpid());
};

TEST_F(BladeRoot, IsTheBladesImageWithTheSharedRootOverIt) {
    EXPECT_EQ(say("cat /etc/hostname; uname -n; pwd"), "s01c1b01\ns01c1b01\n/\n");
    say("echo made >/var/made; chown 12:34 /var/made; ln -s made /var/link; mkfifo /var/fifo");
    EXPECT_EQ(value_of(sys::read_file(mounted + "/var/made")), "made\n");
    const auto status = value_of(sys::stat(mounted + "/var/made"));
    EXPECT_EQ(status.owner, 12U);
    EXPECT_EQ(status.group, 34U);
    EXPECT_EQ(say("cat /var/link"), "made\n");
    EXPECT_THAT(say("ls /opt"), HasSubstr("empty"));
    EXPECT_FALSE(sys::stat(directory / "var"));
}

TEST_F(BladeRoot, HasASharedRootThatNobodyCanWrite) {
    for (const char* path : {"/usr/escaped", "/opt/escaped"}) {
        const auto outcome = shell(std::string("echo x >") + path);
        EXPECT_NE(outcome.end, sys::ExitStatus{}) << path;
        EXPECT_THAT(outcome.output, HasSubstr("Read-only file system")) << path;
    }
    EXPECT_FALSE(sys::stat("/usr/escaped"));
}

TEST_F(BladeRoot, TellsHowACommandEnded) {
    EXPECT_EQ(shell("exit 3").end, (sys::ExitStatus{.code = 3, .signal = 0}));
    for (const int signal : {SIGKILL, SIGSEGV, SIGTERM})
        EXPECT_EQ(shell("kill -" + std::to_string(signal) + " $$").end,
                  (sys::ExitStatus{.code = 0, .signal = signal}));
    EXPECT_EQ(exec({"no-such-program"}).end.error().code(), ErrorCode::not_found);
    EXPECT_EQ(exec({"/etc"}).end.error().code(), ErrorCode::not_found);
    testing::write(mounted + "/var/odd", "no program", 0755);
    const auto odd = exec({"/var/odd"}).end;
    ASSERT_FALSE(odd);
    EXPECT_THAT(odd.error().message(), HasSubstr("no program that this server can run"));
    EXPECT_EQ(shell("echo out; echo err >&2").output, "out\nerr\n");
    EXPECT_EQ(shell("cat").output, "");  // standard input is empty
}

TEST_F(BladeRoot, LeadsNoLinkToTheServersFiles) {
    const std::string victim = directory / "victim";
    value_of(sys::symlink(victim, mounted + "/etc/app.conf"));
    value_of(sys::symlink("../../../../../../../.." + victim, mounted + "/etc/up.conf"));
    for (const char* link : {"/etc/app.conf", "/etc/up.conf"})
        EXPECT_NE(shell(std::string("echo x >") + link).end, sys::ExitStatus{}) << link;
    EXPECT_EQ(value_of(sys::read_file(victim)), "untouched");
    // One that fits leads to the blade's own file, as on the blade.
    value_of(sys::symlink("/etc/own", mounted + "/etc/alias"));
    say("echo x >/etc/alias");
    EXPECT_EQ(value_of(sys::read_file(mounted + "/etc/own")), "x\n");
}

TEST_F(BladeRoot, RefusesToBeMadeWhereTheImageHasLinksForItsMountPoints) {
    for (const char* name : {"dev", "proc", "opt"}) {
        const std::string place = mounted + "/" + name;
        value_of(sys::rename(place, place + ".away"));
        value_of(sys::symlink("etc", place));
        const auto refused = shell("true").end;
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
        EXPECT_THAT(refused.error().message(), HasSubstr(std::string("/") + name));
        value_of(sys::unlink(place));
        value_of(sys::rename(place + ".away", place));
    }
    say("true");
}

TEST_F(BladeRoot, LetsNobodyOut) {
    // What a blade can prepare in its image: a node of the server's disk, a helper of root's.
    ASSERT_EQ(::mknod((mounted + "/var/disk").c_str(), S_IFBLK | 0666, makedev(7, 0)), 0);
    const std::string own = std::to_string(::getpid());
    const std::vector<std::string> attacks{
        "os.mknod('/var/node', 0o600 | stat.S_IFCHR, os.makedev(1, 1))",
        "open('/var/disk', 'rb')",
        "call(165, b'none', b'/var', b'tmpfs', 0, b'')",  // mount
        "call(166, b'/usr', 2)",                          // umount2
        "call(155, b'/var', b'/var/lib')",                // pivot_root
        "os.chroot('/var')",
        "call(272, 0x10000000)",                          // unshare, a user namespace
        "call(272, 0x20000)",                             // unshare, a mount namespace
        "call(56, 0x10000000 | 17, 0, 0, 0, 0)",          // clone, the same
        "call(308, os.open('/proc/self/ns/net', 0), 0)",  // setns
        "call(250, 0, -4 & 0xffffffff, 1)",               // keyctl, root's keyring
        "call(321, 0, 0, 0)",                             // bpf
        "call(425, 1, 0)",                                // io_uring
        "call(101, 16, 1, 0, 0)",                         // ptrace process 1
        "os.listdir('/proc/1/root/')",
        "os.readlink('/proc/1/exe')",
        "open('/proc/1/mem', 'r+b')",
        "os.kill(" + own + ", 0)",
        "open('/proc/sys/kernel/core_pattern', 'w')",
        "open('/proc/sysrq-trigger', 'w')",
        "open('/proc/kcore', 'rb')",
        "open('/proc/self/oom_score_adj', 'w').write('-1000')",
        "os.listdir('/sys/fs/cgroup')",
        "os.chmod('/dev/null', 0o600)",
        "os.remove('/dev/null')",
        "socket.sethostname('x')",
        "socket.create_connection(('127.0.0.1', 111), 2)",
        "socket.socket(40, socket.SOCK_STREAM)",     // AF_VSOCK: the hypervisor
        "socket.socket(38, socket.SOCK_SEQPACKET)",  // AF_ALG
        "os.setpriority(os.PRIO_PROCESS, 0, -5)",
        "os.listdir('" + state + "')",
        "os.fdopen(3)"};
    for (const std::string& python : attacks) {
        const std::string output = attack(python);
        EXPECT_THAT(output, HasSubstr("Error")) << python;
        EXPECT_THAT(output, Not(HasSubstr("ESCAPED"))) << python;
    }
    EXPECT_THAT(attack("open('/dev/null', 'w').write('x')"), HasSubstr("ESCAPED"));
}

TEST_F(BladeRoot, GivesNoRightsButOverFiles) {
    const std::string status = say("cat /proc/self/status");
    for (const char* line : {"CapPrm:\t00000000000000db\n", "CapEff:\t00000000000000db\n",
                             "CapBnd:\t00000000000000db\n", "CapAmb:\t0000000000000000\n",
                             "NoNewPrivs:\t1\n", "Seccomp:\t2\n"})
        EXPECT_THAT(status, HasSubstr(line));
    for (const std::string name : {"mnt", "pid", "net", "ipc", "uts", "cgroup"}) {
        const std::string ours = value_of(sys::read_link("/proc/self/ns/" + name));
        EXPECT_NE(trim(say("readlink /proc/self/ns/" + name)), ours);
    }
    EXPECT_EQ(say("ls /proc/self/fd | wc -l; ls /dev"),
              "4\nfd\nfull\nnull\nrandom\nshm\nstderr\nstdin\nstdout\nurandom\nzero\n");
    EXPECT_EQ(say("grep -c . /proc/self/mountinfo"), "10\n");
    EXPECT_EQ(say("ulimit -c"), "0\n");
}

TEST_F(BladeRoot, IsLeftByAllWhenTheTimeIsOver) {
    const auto outcome = shell("echo begun; setsid sleep " + mark + " & sleep " + mark, 500ms);
    ASSERT_FALSE(outcome.end);
    EXPECT_EQ(outcome.end.error().code(), ErrorCode::timed_out);
    EXPECT_EQ(outcome.output, "begun\n");
    EXPECT_THAT(processes_with(mark), IsEmpty());
}

TEST_F(BladeRoot, IsLeftByAllWhenTheCommandEnds) {
    const std::int64_t begin = sys::monotonic_us();
    EXPECT_EQ(say("setsid sleep " + mark + " & echo done"), "done\n");
    EXPECT_LT(sys::monotonic_us() - begin, 20'000'000);
    EXPECT_THAT(processes_with(mark), IsEmpty());
}

TEST_F(BladeRoot, KeepsTheBeginningOfMuchOutput) {
    const auto outcome = shell("head -c 3000000 /dev/zero | tr '\\0' x; exit 7");
    EXPECT_EQ(outcome.end, (sys::ExitStatus{.code = 7, .signal = 0}));
    EXPECT_TRUE(outcome.is_output_cut);
    EXPECT_TRUE(outcome.output == std::string(kOutputBytes, 'x'));
    EXPECT_FALSE(shell("echo little").is_output_cut);
}

TEST_F(BladeRoot, IsLeftByAllWhenNobodyWaitsAnyMore) {
    sys::Pipe asker = value_of(sys::pipe());
    Beginning beginning(mounted);
    CommandOutcome outcome{.end = fail(ErrorCode::internal, "not run")};
    std::thread waiting([&] {
        outcome =
            run_in_image(DIM_BLADE_EXEC, invocation({"sh", "-c", "echo >/var/here; sleep " + mark}),
                         {.time = 60s, .given_up = {&asker.read_end}});
    });
    EXPECT_TRUE(beginning.wait());
    asker.write_end.reset();
    waiting.join();
    ASSERT_FALSE(outcome.end);
    EXPECT_EQ(outcome.end.error().code(), ErrorCode::unavailable);
    EXPECT_THAT(processes_with(mark), IsEmpty());
    // And it does not begin when nobody waits already.
    EXPECT_FALSE(run_in_image(DIM_BLADE_EXEC, invocation({"touch", "/var/begun"}),
                              {.time = 60s, .given_up = {&asker.read_end}})
                     .end);
    EXPECT_FALSE(sys::stat(mounted + "/var/begun"));
}

/// Starts a command in a process of its own, kills that when the command runs, and the process that
/// KILLED names among those that run then.
class BladeRootAfterAKill : public BladeRoot {
protected:
    pid_t start() {
        Beginning beginning(mounted);
        const pid_t daemon = value_of(sys::fork());
        if (daemon == 0) {
            const auto outcome = exec(
                {"sh", "-c", "setsid sh -c 'echo >/var/here; sleep " + mark + "' & sleep " + mark},
                60s);
            sys::exit_now(outcome.end ? 0 : 1);
        }
        EXPECT_TRUE(beginning.wait());
        return daemon;
    }
    void expect_nothing_left(const Ending& ending) {
        EXPECT_TRUE(ending.wait());
        EXPECT_THAT(processes_with(mark), IsEmpty());
        // Nor a mount of it anywhere: the loop device of the image goes with the last one.
        value_of(store->unmount(blade_name("s01c1b01"), granite));
        const std::uint64_t inode = value_of(sys::stat(blade_file("s01c1b01"))).inode;
        EXPECT_TRUE(eventually([&] {
            return std::ranges::none_of(value_of(sys::loop_backings()), [&](const auto& backing) {
                return backing.file.starts_with(state) && backing.file_inode == inode;
            });
        }));
    }
};

TEST_F(BladeRootAfterAKill, OfTheDaemonNothingOfItIsLeft) {
    const pid_t daemon = start();
    const Ending ending(processes_with(mark));
    ASSERT_EQ(::kill(daemon, SIGKILL), 0);
    sys::reap(daemon);
    expect_nothing_left(ending);
}

TEST_F(BladeRootAfterAKill, OfItsLauncherNothingOfItIsLeft) {
    const pid_t daemon = start();
    // The oldest of those with the command in their arguments is blade-exec itself.
    const auto all = processes_with(mark);
    const Ending ending(all);
    const pid_t launcher = *std::ranges::min_element(
        all, {}, [daemon](pid_t pid) { return pid == daemon ? INT_MAX : pid; });
    ASSERT_EQ(::kill(launcher, SIGKILL), 0);
    sys::reap(daemon);
    expect_nothing_left(ending);
}

TEST_F(BladeRoot, RunsAForeignProgramThroughTheEmulator) {
    testing::write(directory / "hello.c",
                   "#include <stdio.h>\n#include <sys/utsname.h>\n"
                   "int main(void) { int one = 0x01020304; struct utsname name; uname(&name);\n"
                   "  printf(\"%d %s\\n\", *(char *)&one, name.nodename); return 5; }\n");
    run({"powerpc64-linux-gnu-gcc", "-static", "-o", mounted + "/var/hello",
         directory / "hello.c"});
    auto foreign = invocation({"/var/hello"});
    foreign.interpreter = "/usr/bin/qemu-ppc64-static";
    const auto outcome = run_in_image(DIM_BLADE_EXEC, foreign, {.time = 60s});
    EXPECT_EQ(outcome.end, (sys::ExitStatus{.code = 5, .signal = 0})) << outcome.output;
    EXPECT_EQ(outcome.output, "1 s01c1b01\n");
}

class BladeCommandsTest : public BladeRoot {
protected:
    api::CommandResult run_for(const model::ComponentName& on, const std::string& program,
                               bool is_given_up = false) {
        sys::Pipe asker = value_of(sys::pipe());
        if (is_given_up) asker.write_end.reset();
        return commands.run(on,
                            {.blades = {on},
                             .command = {program},
                             .image = std::nullopt,
                             .time_limit_seconds = 60,
                             .parallel = 1},
                            asker.read_end);
    }
    const model::ComponentName blade = blade_name("s01c1b01");
    TestDatabase blades;
    FakeWallClock clock{samples::at(100)};
    Roster roster = samples::roster();
    Assignments assignments{blades.get()};
    BootJournal journal{blades.get(), samples::at(0)};
    BladeCommands commands{DIM_BLADE_EXEC, *store, assignments,
                           EditedBlades(roster, journal, clock), value_of(sys::pipe())};
};

TEST_F(BladeCommandsTest, RunInTheAssignedImageOfABladeThatIsOff) {
    const auto unassigned = run_for(blade, "/var/hello");
    ASSERT_TRUE(unassigned.problem);
    EXPECT_THAT(unassigned.problem->cure.value_or(""), HasSubstr("dim dhcp assign"));

    testing::write(directory / "hello.c",
                   "#include <fcntl.h>\n#include <stdio.h>\n"
                   "int main(void) { puts(\"begun\"); fflush(stdout);\n"
                   "  return open(\"/var/go-on\", O_RDONLY) < 0 ? 1 : 4; }\n");
    run({"mkfifo", mounted + "/var/go-on"});
    run({"powerpc64-linux-gnu-gcc", "-static", "-o", mounted + "/var/hello",
         directory / "hello.c"});
    value_of(assignments.assign(std::array{blade}, granite, clock.now()));
    value_of(store->unmount(blade, granite));
    api::CommandResult result{.blade = blade};
    std::thread waiting([&] { result = run_for(blade, "/var/hello"); });
    EXPECT_TRUE(
        eventually([&] { return !processes_with("qemu-ppc64-static /var/hello").empty(); }));
    // What it runs in stays, whoever wants to be rid of it.
    EXPECT_EQ(store->delete_blade_image(blade, granite).error().code(), ErrorCode::conflict);
    testing::write(mounted + "/var/go-on", "");
    waiting.join();
    EXPECT_EQ(result.exit_code, 4U) << (result.problem ? result.problem->detail : "");
    EXPECT_EQ(result.output, "begun\n");
    EXPECT_EQ(result.image, granite);
    value_of(store->delete_blade_image(blade, granite));
    EXPECT_THAT(run_for(blade, "/var/hello").problem->cure.value_or(""),
                HasSubstr("dim blade create"));
}

TEST_F(BladeCommandsTest, AreRefusedWhenTheyCannotBegin) {
    const api::RunCommand good{.blades = {blade},
                               .command = {"true"},
                               .image = std::nullopt,
                               .time_limit_seconds = 60,
                               .parallel = 1};
    EXPECT_TRUE(commands.check(good));
    auto bad = good;
    bad.command.clear();
    EXPECT_FALSE(commands.check(bad));
    bad = good;
    bad.time_limit_seconds = 3601;
    EXPECT_FALSE(commands.check(bad));
    bad = good;
    bad.parallel = 0;
    EXPECT_FALSE(commands.check(bad));
    bad = good;
    bad.blades = {blade_name("s09c1b01")};
    EXPECT_EQ(commands.check(bad).error().code(), ErrorCode::not_found);
}

TEST_F(BladeCommandsTest, EndWithTheDaemon) {
    value_of(assignments.assign(std::array{blade}, granite, clock.now()));
    commands.end_all();
    const auto result = run_for(blade, "/bin/true");
    ASSERT_TRUE(result.problem);
    EXPECT_THAT(result.problem->detail, HasSubstr("given up"));
}

}  // namespace
}  // namespace dim::server
