#include "initagent/monitor.hpp"

#include "initagent/blade_load.hpp"
#include "initagent/heartbeat_rhythm.hpp"
#include "initagent/messenger.hpp"
#include "initagent/replaced_files.hpp"
#include "initagent/restart_watch.hpp"
#include "initagent/shared_directories.hpp"
#include "initagent/stage_reporter.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/init_process.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/signals.hpp"

#include <csignal>
#include <optional>
#include <span>

namespace dim::agent {

namespace {

constexpr std::size_t kInitLength = 255;
constexpr std::size_t kCauseLength = 1000;

/// Nobody shall find this process in their way, and it shall not go when memory is short.
void settle(const MonitorSettings& settings) {
    if (settings.process_title != nullptr && *settings.process_title != '\0')
        *settings.process_title = '@';
    (void)sys::set_process_name("dim-monitor");
    (void)sys::setsid();
    (void)sys::ignore_signal(SIGHUP);
    (void)sys::ignore_signal(SIGPIPE);
    // The kernel's log is where an administrator finds us once the console is somebody else's.
    if (const auto log_device = sys::open("/dev/kmsg", O_WRONLY))
        (void)sys::make_standard(*log_device, 2);
    if (const auto null = sys::open("/dev/null", O_RDWR)) {
        (void)sys::make_standard(*null, 0);
        (void)sys::make_standard(*null, 1);
    }
    set_log_prefix("dim-monitor");
}

/// Process 1's program. execve(2) makes it another one before it closes the pipe that told us.
std::string init_program() {
    const auto path = sys::read_link("/proc/1/exe");
    return path ? printable(*path, kInitLength) : "unknown";
}

/// Tells which processes go on with files that were replaced.
class RestartReporter {
public:
    RestartReporter(Messenger& messenger, const MonitorSettings& settings)
        : messenger_(messenger),
          watch_([look = look_of(settings)] { return find_replaced_files(look); }) {}

    /// The server changed the blade's image, before it named another shared root.
    void expect_changes() { watch_.expect_changes(); }
    void report() {
        const auto found = watch_.news(messenger_.boot_id());
        if (!found) return;
        messenger_.offer("restarts", [&](const std::string& token) {
            return api::to_json(
                api::RestartReport{.token = token, .found = *found, .now_us = now_us()});
        });
        watch_.told(*found, messenger_.boot_id());
    }

private:
    static ReplacedFilesSettings look_of(const MonitorSettings& settings) {
        ReplacedFilesSettings look;
        look.mount_points = {"/"};
        for (const MountStep& step : settings.shared)
            look.mount_points.push_back(step.target);
        return look;
    }

    Messenger& messenger_;
    RestartWatch watch_;
};

/// Does what the answers to heartbeats say.
class Mover {
public:
    Mover(Messenger& messenger, RestartReporter& restarts, const MonitorSettings& settings)
        : messenger_(messenger),
          restarts_(restarts),
          settings_(settings),
          shared_(find(settings)) {}

    /// ANSWER: empty from servers that do not wait.
    HeartbeatEnd follow(const std::string& answer) {
        if (answer.empty()) return HeartbeatEnd::idle;
        const auto parsed = api::parse<api::HeartbeatAnswer>(answer);
        if (!parsed) {
            note("the answer to a heartbeat: " + to_string(parsed.error()));
            return HeartbeatEnd::idle;
        }
        if (!parsed->shared) return HeartbeatEnd::no_news;
        const model::Generation before = messenger_.generation();
        move(*parsed->shared);
        restarts_.expect_changes();
        return messenger_.generation() == before ? HeartbeatEnd::idle : HeartbeatEnd::moved;
    }

private:
    static Result<SharedDirectories> find(const MonitorSettings& settings) {
        std::vector<std::string> targets;
        for (const MountStep& step : settings.shared)
            targets.push_back(step.target);
        SharedDirectories::Settings here;
        here.staging = settings.staging;
        here.mount_file_system = settings.mount_file_system;
        return SharedDirectories::find(std::move(here), targets);
    }
    void move(const api::SharedRoots& roots) {
        const auto moved = mount(roots);
        const std::string name = "shared root of generation " + to_string(roots.generation);
        std::optional<std::string> cause;
        if (moved) {
            messenger_.use(roots.generation);
            log(LogLevel::notice, name + " in use");
            trouble_.clear();
        } else {
            cause = printable(to_string(moved.error()), kCauseLength);
            note(name + " could not be mounted: " + *cause);
        }
        messenger_.deliver("moves", [&](const std::string& token) {
            return api::to_json(api::MoveReport{.token = token,
                                                .generation = roots.generation,
                                                .cause = cause,
                                                .now_us = now_us()});
        });
    }
    Result<void> mount(const api::SharedRoots& roots) {
        // Done before, but the report did not arrive.
        if (roots.generation == messenger_.generation()) return {};
        if (!shared_) return fail(shared_.error());
        DIM_TRY(const auto steps, check_shared_roots(roots, settings_.shared, settings_.address));
        return shared_->mount_over(steps);
    }
    /// Logs a trouble when it comes, not each time that the server asks again.
    void note(const std::string& trouble) {
        if (trouble != trouble_) log(LogLevel::warning, trouble);
        trouble_ = trouble;
    }

    Messenger& messenger_;
    RestartReporter& restarts_;
    const MonitorSettings& settings_;
    Result<SharedDirectories> shared_;
    std::string trouble_;
};

std::string heartbeat_text(const std::string& token, std::chrono::seconds wait) {
    const BladeLoad load = blade_load().value_or(BladeLoad());
    return api::to_json(api::Heartbeat{.token = token,
                                       .memory_available_bytes = load.memory_available_bytes,
                                       .processes = load.processes,
                                       .load = load.load,
                                       .now_us = now_us(),
                                       .wait_seconds = static_cast<std::uint32_t>(wait.count())});
}

/// For ever, the first at once.
[[noreturn]] void send_heartbeats(Messenger& messenger, Mover& mover, RestartReporter& restarts,
                                  const MonitorSettings& settings) {
    const auto now = [] {
        return std::chrono::floor<std::chrono::milliseconds>(
            std::chrono::microseconds(sys::monotonic_us()));
    };
    HeartbeatRhythm rhythm(settings.heartbeat);
    for (;;) {
        const std::chrono::seconds wait = rhythm.send(now());
        const HeartbeatEnd end = mover.follow(messenger.deliver(
            "heartbeats", [wait](const std::string& token) { return heartbeat_text(token, wait); },
            wait));
        restarts.report();
        sys::sleep_for(rhythm.pause_after(end, now()));
    }
}

[[noreturn]] void run_monitor(ServerSession& session, SwitchedRoot& root,
                              const MonitorSettings& settings, sys::Fd signal) {
    char byte = 0;
    const auto cancelled = sys::read(signal, std::span(&byte, 1));
    if (!cancelled || *cancelled != 0) sys::exit_now(0);
    const std::uint64_t started_us = now_us();
    signal.reset();

    settle(settings);
    also_log_to(-1);  // the screen is the distribution's
    (void)root.leave_to_others();
    if (const auto mounted = sys::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV, "");
        !mounted) {
        log(LogLevel::warning, to_string(mounted.error()));
    }
    (void)sys::write_file("/proc/self/oom_score_adj", "-1000");

    const StartedInit init{init_program(), started_us};
    Messenger messenger(session, settings, init);
    RestartReporter restarts(messenger, settings);
    Mover mover(messenger, restarts, settings);
    messenger.deliver("running", [&](const std::string& token) {
        return api::to_json(api::RunningReport{.token = token,
                                               .init = init.program,
                                               .init_started_us = init.at_us,
                                               .now_us = now_us()});
    });
    send_heartbeats(messenger, mover, restarts, settings);
}

}  // namespace

Result<Monitor> Monitor::start(ServerSession& session, SwitchedRoot& root,
                               const MonitorSettings& settings) {
    DIM_TRY(sys::Pipe ends, sys::pipe());
    DIM_TRY(const pid_t pid, sys::fork());
    if (pid == 0) {
        ends.write_end.reset();
        run_monitor(session, root, settings, std::move(ends.read_end));
    }
    // Closed by exec: that is how the monitor learns of it.
    return Monitor(pid, std::move(ends.write_end));
}

void Monitor::cancel() {
    (void)sys::write_all(signal_, "x");
    signal_.reset();
    sys::reap(pid_);
}

}  // namespace dim::agent
