#include "qemu-tests/chassis/machine_process.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace dim::chassis {

namespace {

constexpr int kFirstOther = 5;  ///< behind console and monitor

struct Ends {
    Descriptor ours;
    Descriptor its;
};

std::optional<Ends> make_ends() {
    std::array<int, 2> fds{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) return std::nullopt;
    return Ends{Descriptor(fds[0]), Descriptor(fds[1])};
}

/// What the child gets, by its numbers in the emulator.
struct Given {
    int log;
    int console;
    int monitor;
    int failure;  ///< written to when the program cannot be run
};

/// In the child: becomes the machine.
[[noreturn]] void become(const std::vector<std::string>& command, const Given& given,
                         pid_t emulator) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    // Above all that is dup2()ed to, so that none overwrites another.
    const int high_console = ::fcntl(given.console, F_DUPFD_CLOEXEC, 16);
    const int high_monitor = ::fcntl(given.monitor, F_DUPFD_CLOEXEC, 16);
    const int high_log = ::fcntl(given.log, F_DUPFD_CLOEXEC, 16);
    const int failure = ::fcntl(given.failure, F_DUPFD_CLOEXEC, 16);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(nothing, 0);
    ::dup2(high_log, 1);
    ::dup2(high_log, 2);
    ::dup2(high_console, 3);
    ::dup2(high_monitor, 4);
    ::close_range(kFirstOther, ~0U, CLOSE_RANGE_CLOEXEC);
    std::vector<char*> words;
    for (const std::string& word : command)
        words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    if (::getppid() == emulator) ::execvp(words[0], words.data());
    static_cast<void>(::write(failure, "", 1));
    ::_exit(127);
}

}  // namespace

std::optional<MachineProcess> MachineProcess::start(const std::vector<std::string>& command,
                                                    const std::string& log) {
    auto console = make_ends();
    auto monitor = make_ends();
    auto failure = make_ends();
    const Descriptor said(::open(log.empty() ? "/dev/null" : log.c_str(),
                                 O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!console || !monitor || !failure || !said) return std::nullopt;
    const pid_t emulator = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) return std::nullopt;
    if (child == 0) {
        become(command, {said.get(), console->its.get(), monitor->its.get(), failure->its.get()},
               emulator);
    }
    // It cannot be another's: nobody else waits for it.
    Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    std::optional<MachineProcess> machine(MachineProcess(
        child, std::move(process), std::move(console->ours), std::move(monitor->ours)));
    failure->its = Descriptor();
    char failed = 0;
    // Ends when the program runs.
    if (::read(failure->ours.get(), &failed, 1) != 0) machine.reset();
    return machine;
}

MachineProcess::~MachineProcess() {
    if (!process_) return;  // moved from
    kill();
    siginfo_t ended{};
    ::waitid(P_PIDFD, static_cast<id_t>(process_.get()), &ended, WEXITED);
}

void MachineProcess::kill() const {
    ::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
}

}  // namespace dim::chassis
