#include "libdim/sys/signals.hpp"

#include "libdim/sys/file.hpp"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>

namespace dim::sys {

namespace {

sigset_t signal_set(std::initializer_list<int> signals) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : signals)
        sigaddset(&set, signal);
    return set;
}

}  // namespace

Result<void> block_signals(std::initializer_list<int> signals) {
    const sigset_t set = signal_set(signals);
    if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0)
        return fail(Error::from_errno(error, "block signals"));
    return {};
}

Result<void> reset_signals() {
    for (int signal = 1; signal < _NSIG; ++signal) {
        // SIGKILL, SIGSTOP and what the C library keeps for itself cannot be set and are right.
        (void)::signal(signal, SIG_DFL);
    }
    const sigset_t none = signal_set({});
    if (const int error = ::pthread_sigmask(SIG_SETMASK, &none, nullptr); error != 0)
        return fail(Error::from_errno(error, "unblock signals"));
    return {};
}

Result<void> ignore_signal(int signal) {
    if (::signal(signal, SIG_IGN) == SIG_ERR)
        return fail(Error::from_errno(errno, "ignore signal " + std::to_string(signal)));
    return {};
}

Result<Fd> signalfd(std::initializer_list<int> signals) {
    const sigset_t set = signal_set(signals);
    const int fd = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) return fail(Error::from_errno(errno, "signalfd"));
    return Fd(fd);
}

Result<int> next_signal(const Fd& signal_fd) {
    signalfd_siginfo info{};
    const auto bytes = std::span(reinterpret_cast<char*>(&info), sizeof info);
    Result<std::size_t> count = read(signal_fd, bytes);
    if (!count && count.error().system_errno() == EAGAIN) return 0;
    if (!count) return fail(std::move(count).error());
    return static_cast<int>(info.ssi_signo);
}

}  // namespace dim::sys
