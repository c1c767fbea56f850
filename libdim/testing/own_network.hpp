#pragma once

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace dim::testing {

/// Moves the calling process into a network namespace of its own, for good. Every process left in
/// that namespace is killed when the test ends, however it ends: a guard process waits for that.
/// Make it before any thread, and once.
class OwnNetwork {
public:
    OwnNetwork() {
        int ends[2];
        if (::unshare(CLONE_NEWNET) != 0 || ::pipe2(ends, O_CLOEXEC) != 0) return;
        const pid_t guard = ::fork();
        if (guard == 0) {
            ::close(ends[1]);
            ::setsid();
            char nothing = 0;
            while (::read(ends[0], &nothing, 1) < 0 && errno == EINTR) {
            }
            kill_all();
            ::_exit(0);
        }
        ::close(ends[0]);
        is_made_ = guard > 0;
        // Stays open, here only, until this process ends.
        static_cast<void>(ends[1]);
    }

    /// False for want of privileges.
    bool is_made() const { return is_made_; }

private:
    static void kill_all() {
        namespace fs = std::filesystem;
        std::error_code error;
        const fs::path ours = fs::read_symlink("/proc/self/ns/net", error);
        if (error) return;
        for (const auto& entry : fs::directory_iterator("/proc", error)) {
            const std::string name = entry.path().filename();
            pid_t pid = 0;
            std::from_chars(name.data(), name.data() + name.size(), pid);
            std::error_code ignored;
            if (pid > 0 && pid != ::getpid() &&
                fs::read_symlink(entry.path() / "ns/net", ignored) == ours)
                ::kill(pid, SIGKILL);
        }
    }

    bool is_made_ = false;
};

}  // namespace dim::testing
