#include "libdim/sys/init_process.hpp"

#include "libdim/sys/file.hpp"
#include "libdim/sys/signals.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dim::sys {

Result<pid_t> fork() {
    const pid_t pid = ::fork();
    if (pid < 0) return fail(Error::from_errno(errno, "fork"));
    return pid;
}

Error exec(const std::string& path, const std::vector<std::string>& arguments,
           char* const* environment) {
    std::vector<char*> pointers;
    for (const std::string& argument : arguments)
        pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    ::execve(path.c_str(), pointers.data(), environment);
    return Error::from_errno(errno, "execute " + path);
}

void exit_now(int code) { ::_exit(code); }

Result<void> fchdir(const Fd& directory) {
    if (::fchdir(directory.get()) != 0) return fail(Error::from_errno(errno, "change directory"));
    return {};
}

void reap(pid_t child) {
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<void> fill_standard(const std::string& device) {
    for (int standard = 0; standard <= 2; ++standard) {
        if (::fcntl(standard, F_GETFD) >= 0) continue;
        // The lowest number that is free, which is this one; programs inherit it.
        // NOLINTNEXTLINE(android-cloexec-open)
        if (::open(device.c_str(), O_RDWR | O_NOCTTY) < 0)
            return fail(Error::from_errno(errno, "open " + device));
    }
    return {};
}

Result<void> make_standard(const Fd& fd, int standard) {
    if (::dup2(fd.get(), standard) < 0)
        return fail(Error::from_errno(errno, "replace descriptor " + std::to_string(standard)));
    return {};
}

Result<void> setsid() {
    if (::setsid() < 0) return fail(Error::from_errno(errno, "start a session"));
    return {};
}

Result<void> set_process_name(const std::string& name) {
    if (::prctl(PR_SET_NAME, name.c_str(), 0, 0, 0) != 0)
        return fail(Error::from_errno(errno, "set the process's name"));
    return {};
}

Result<void> run_on_console(const std::vector<std::string>& arguments, char* const* environment) {
    DIM_TRY(Pipe ends, pipe());
    DIM_TRY(const pid_t pid, fork());
    if (pid == 0) {
        (void)reset_signals();
        (void)setsid();
        (void)::ioctl(STDIN_FILENO, TIOCSCTTY, 1);
        const Error error = exec(arguments.at(0), arguments, environment);
        const int number = error.system_errno();
        (void)write_all(ends.write_end, {reinterpret_cast<const char*>(&number), sizeof number});
        exit_now(127);
    }
    ends.write_end.reset();
    int number = 0;
    const auto bytes = std::span(reinterpret_cast<char*>(&number), sizeof number);
    const auto count = read(ends.read_end, bytes);
    for (;;) {
        const pid_t ended = ::waitpid(-1, nullptr, 0);
        if (ended == pid || (ended < 0 && errno != EINTR)) break;
    }
    if (count && *count == sizeof number)
        return fail(Error::from_errno(number, "execute " + arguments[0]));
    return {};
}

Error reboot() {
    ::sync();
    ::reboot(RB_AUTOBOOT);
    return Error::from_errno(errno, "reboot");
}

Result<void> sethostname(const std::string& name) {
    if (::sethostname(name.data(), name.size()) != 0)
        return fail(Error::from_errno(errno, "set host name"));
    return {};
}

}  // namespace dim::sys
