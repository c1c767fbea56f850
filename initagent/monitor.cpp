#include "initagent/monitor.hpp"

#include "initagent/backoff.hpp"
#include "initagent/blade_load.hpp"
#include "initagent/checked_plan.hpp"
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
#include <span>

namespace dim::agent {

namespace {

constexpr std::chrono::seconds kAnswerTimeout{10};
constexpr std::chrono::seconds kLongestDelay{30};
constexpr std::size_t kInitLength = 255;

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

/// What process 1 became, and when.
struct StartedInit {
    std::string program;
    std::uint64_t at_us;
};

/// Whether a server that refuses a report does so because it does not know the boot, or by another
/// token: its database came from a back-up.
bool is_forgotten(const Error& refusal) {
    return refusal.code() == ErrorCode::not_found || refusal.code() == ErrorCode::permission_denied;
}

/// Says things to the server for as long as it takes.
class Messenger {
public:
    Messenger(ServerSession& session, const MonitorSettings& settings, const StartedInit& init)
        : session_(session),
          settings_(settings),
          init_(init),
          boot_id_(settings.boot_id),
          token_(settings.token) {}

    /// Until the server has it, or refuses it for good. MAKE makes the message anew each time, with
    /// the token. To enrol again says `running`, and so all that there is to say.
    void deliver(const std::string& what,
                 const std::function<std::string(const std::string&)>& make) {
        Backoff backoff(kLongestDelay);
        for (bool is_first = true;; is_first = false) {
            Result<void> answer = attempt(what, make);
            if (!answer && session_.is_open() && is_forgotten(answer.error())) answer = enrol();
            if (answer) return note("");
            note(what + ": " + to_string(answer.error()));
            if (session_.is_open()) return;  // a refusal: the next message may be welcome
            // A connection that broke while nobody used it says nothing about the server.
            if (!is_first) sys::sleep_for(backoff.next(random_number()));
        }
    }

private:
    Result<void> attempt(const std::string& what,
                         const std::function<std::string(const std::string&)>& make) {
        if (!session_.is_open()) {
            DIM_TRY(session_, settings_.connect());
        }
        DIM_CHECK(post("/v1/agent/boots/" + boot_id_ + '/' + what, make(token_)));
        return {};
    }
    Result<std::string> post(const std::string& target, std::string body) {
        return session_.exchange(target, std::move(body), sys::Deadline::in(kAnswerTimeout));
    }
    Result<void> enrol() {
        const api::EnrolmentRequest request{.mac = settings_.mac,
                                            .image = settings_.image,
                                            .generation = settings_.generation,
                                            .init = init_.program,
                                            .init_started_us = init_.at_us,
                                            .now_us = now_us()};
        DIM_TRY(const std::string answer, post("/v1/agent/enrolments", api::to_json(request)));
        DIM_TRY(api::Enrolment enrolment, api::parse<api::Enrolment>(answer));
        DIM_CHECK(check_boot_id(enrolment.boot_id));
        log(LogLevel::notice, "the image server did not know " + boot_id_ +
                                  " any more, and knows it as " + enrolment.boot_id);
        boot_id_ = std::move(enrolment.boot_id);
        token_ = std::move(enrolment.token);
        return {};
    }
    /// Logs a trouble when it comes and when it goes, not at every heartbeat.
    void note(const std::string& trouble) {
        if (trouble.empty() && !trouble_.empty())
            log(LogLevel::notice, "the image server answers again");
        if (!trouble.empty() && trouble_.empty()) log(LogLevel::warning, trouble);
        trouble_ = trouble;
    }

    ServerSession& session_;
    const MonitorSettings& settings_;
    const StartedInit& init_;
    std::string boot_id_;
    std::string token_;
    std::string trouble_;
};

std::string heartbeat_text(const std::string& token) {
    const BladeLoad load = blade_load().value_or(BladeLoad());
    return api::to_json(api::Heartbeat{.token = token,
                                       .memory_available_bytes = load.memory_available_bytes,
                                       .processes = load.processes,
                                       .load = load.load,
                                       .now_us = now_us()});
}

[[noreturn]] void run_monitor(ServerSession& session, SwitchedRoot& root,
                              const MonitorSettings& settings, sys::Fd signal) {
    char byte = 0;
    const auto cancelled = sys::read(signal, std::span(&byte, 1));
    if (!cancelled || *cancelled != 0) sys::exit_now(0);
    const std::uint64_t started_us = now_us();
    signal.reset();

    settle(settings);
    (void)root.leave_to_others();
    if (const auto mounted = sys::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV, "");
        !mounted) {
        log(LogLevel::warning, to_string(mounted.error()));
    }
    (void)sys::write_file("/proc/self/oom_score_adj", "-1000");

    const StartedInit init{init_program(), started_us};
    Messenger messenger(session, settings, init);
    messenger.deliver("running", [&](const std::string& token) {
        return api::to_json(api::RunningReport{.token = token,
                                               .init = init.program,
                                               .init_started_us = init.at_us,
                                               .now_us = now_us()});
    });
    for (;;) {
        sys::sleep_for(settings.heartbeat);
        messenger.deliver("heartbeats", heartbeat_text);
    }
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
