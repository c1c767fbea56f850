#pragma once

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace dim::testing {

/// How a process ended that was to be killed.
struct KilledAtCall {
    bool was_killed = false;  ///< false: it ended before
    std::size_t calls = 0;    ///< that change a file or directory, as far as it came
};

/// Such a call leaves something behind that another can find.
inline bool changes_files(std::uint64_t call) {
    switch (call) {
        case SYS_write:
        case SYS_writev:
        case SYS_pwrite64:
        case SYS_ftruncate:
        case SYS_fallocate:
        case SYS_copy_file_range:
        case SYS_mkdirat:
        case SYS_unlinkat:
        case SYS_renameat2:
        case SYS_linkat:
        case SYS_symlinkat:
        case SYS_fchmod:
        case SYS_mount:
        case SYS_umount2:
#ifdef SYS_rename  // older forms, which newer architectures lack
        case SYS_mkdir:
        case SYS_rmdir:
        case SYS_unlink:
        case SYS_rename:
        case SYS_renameat:
        case SYS_link:
        case SYS_symlink:
#endif
            return true;
        default: return false;
    }
}

/// Does WORK in a child process and kills it (SIGKILL) right before its NUMBERth call that changes
/// a file, counted from 0: each number is another point of the work, the same on any machine and
/// under any load (ptrace(2)). Programs that WORK starts are not counted, and not killed.
inline KilledAtCall kill_at_call(std::size_t number, const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child == 0) {
        ::setpgid(0, 0);
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        work();
        ::_exit(0);
    }
    KilledAtCall outcome;
    bool is_new = true;
    for (;;) {
        int status = 0;
        // Its threads are of its group, and stop each for itself.
        const pid_t stopped = ::waitpid(is_new ? child : -child, &status, __WALL);
        if (stopped < 0) throw std::runtime_error("wait for a traced process");
        if (!WIFSTOPPED(status)) {
            if (stopped == child) return outcome;
            continue;
        }
        if (std::exchange(is_new, false)) {
            ::ptrace(PTRACE_SETOPTIONS, child, nullptr,
                     PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
        }
        int signal = WSTOPSIG(status);
        if (signal == (SIGTRAP | 0x80)) {
            __ptrace_syscall_info info{};
            ::ptrace(PTRACE_GET_SYSCALL_INFO, stopped, sizeof info, &info);
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY && changes_files(info.entry.nr) &&
                outcome.calls++ == number) {
                outcome.was_killed = ::kill(child, SIGKILL) == 0;
                continue;
            }
            signal = 0;
        }
        // A new thread begins with SIGSTOP; SIGTRAP tells of it.
        if (signal == SIGSTOP || signal == SIGTRAP) signal = 0;
        ::ptrace(PTRACE_SYSCALL, stopped, nullptr, signal);
    }
}

/// Kills WORK at up to POINTS points, spread over all that it does, and calls LOOK after each.
/// Returns how often it was killed. WORK must come as far each time.
inline std::size_t kill_at_calls(std::size_t points, const std::function<void()>& work,
                                 const std::function<void()>& look) {
    const std::size_t calls = kill_at_call(std::numeric_limits<std::size_t>::max(), work).calls;
    const std::size_t step = std::max<std::size_t>(1, calls / points);
    std::size_t kills = 0;
    look();
    for (std::size_t number = 0; number < calls; number += step) {
        if (kill_at_call(number, work).was_killed) ++kills;
        look();
    }
    return kills;
}

}  // namespace dim::testing
