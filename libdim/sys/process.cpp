#include "libdim/sys/process.hpp"

#include "libdim/sys/poll.hpp"

#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dim::sys {

namespace {

ExitStatus exit_status(const siginfo_t& ended) {
    if (ended.si_code == CLD_EXITED) return {.code = ended.si_status, .signal = 0};
    return {.code = 0, .signal = ended.si_status};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const std::string& text : texts)
        result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

/// What posix_spawn is to do in the child; one owner for both of its objects.
class [[nodiscard]] SpawnPlan {
public:
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    Result<void> set_standard(int number, const Fd* fd) {
        if (fd == nullptr) {
            ::posix_spawn_file_actions_addopen(&actions_, number, "/dev/null",
                                               number == 0 ? O_RDONLY : O_WRONLY, 0);
            return {};
        }
        // A copy above 2, so that no redirection overwrites the source of the next.
        DIM_TRY(Fd copy, dup(*fd));
        ::posix_spawn_file_actions_adddup2(&actions_, copy.get(), number);
        copies_.push_back(std::move(copy));
        return {};
    }

    Result<void> prepare(const SpawnSettings& settings) {
        DIM_CHECK(set_standard(0, settings.standard_input));
        DIM_CHECK(set_standard(1, settings.standard_output));
        DIM_CHECK(set_standard(2, settings.standard_error));
        if (!settings.directory.empty())
            ::posix_spawn_file_actions_addchdir_np(&actions_, settings.directory.c_str());

        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        switch (settings.group) {
            case ProcessGroup::ours: break;
            case ProcessGroup::own_group: flags |= POSIX_SPAWN_SETPGROUP; break;
            case ProcessGroup::own_session: flags |= POSIX_SPAWN_SETSID; break;
        }
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
        return {};
    }

    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
    std::vector<Fd> copies_;
};

}  // namespace

std::string to_string(const ExitStatus& status) {
    if (status.signal != 0) return "killed by signal " + std::to_string(status.signal);
    return "exit code " + std::to_string(status.code);
}

Result<Process> spawn(const SpawnSettings& settings) {
    if (settings.arguments.empty()) return fail(ErrorCode::internal, "spawn without a program");
    SpawnPlan plan;
    DIM_CHECK(plan.prepare(settings));
    const std::vector<char*> arguments = pointers(settings.arguments);
    const std::vector<char*> environment = pointers(settings.environment);
    pid_t pid = 0;
    const auto start = [&]() -> Result<void> {
        const int error =
            ::posix_spawnp(&pid, arguments[0], plan.actions(), plan.attributes(), arguments.data(),
                           settings.environment.empty() ? environ : environment.data());
        if (error == 0) return {};
        return fail(Error::from_errno(error, "run " + settings.arguments[0]));
    };
    DIM_CHECK(settings.confinement ? run_confined(*settings.confinement, start) : start());
    // Our child keeps its number until we wait for it, so this is no other process.
    return open_process(pid);
}

Result<Process> open_process(pid_t pid) {
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return fail(Error::from_errno(errno, "open process " + std::to_string(pid)));
    return Process(pid, std::move(pidfd));
}

Result<std::optional<ExitStatus>> Process::try_wait() {
    for (;;) {
        siginfo_t ended{};  // si_pid stays 0 while it runs
        if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &ended, WEXITED | WNOHANG) == 0) {
            if (ended.si_pid == 0) return std::nullopt;
            return exit_status(ended);
        }
        if (errno == ECHILD)
            return fail(ErrorCode::not_found,
                        "process " + std::to_string(pid_) + " is no child of ours");
        if (errno != EINTR) return fail(Error::from_errno(errno, "wait for a process"));
    }
}

Result<ExitStatus> Process::wait(const Deadline& deadline) {
    DIM_CHECK(poll(pidfd_, Readiness::readable, deadline));
    DIM_TRY(const std::optional<ExitStatus> status, try_wait());
    if (!status) return fail(ErrorCode::internal, "a process that has ended still runs");
    return *status;
}

Result<std::chrono::nanoseconds> Process::processor_time() const {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        return fail(ErrorCode::not_found, "process " + std::to_string(pid_) + " has ended");
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Result<void> Process::kill(int signal) {
    if (::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0) return {};
    const std::string what = "process " + std::to_string(pid_);
    if (errno == ESRCH) return fail(ErrorCode::not_found, what + " has ended");
    return fail(Error::from_errno(errno, "send a signal to " + what));
}

}  // namespace dim::sys
