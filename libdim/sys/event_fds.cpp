#include "libdim/sys/event_fds.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace dim::sys {

Result<Fd> epoll() {
    Fd fd(::epoll_create1(EPOLL_CLOEXEC));
    if (!fd) return fail(Error::from_errno(errno, "epoll_create1"));
    return fd;
}

Result<void> epoll_add_readable(const Fd& epoll, const Fd& fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd.get()}};
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd.get(), &event) != 0)
        return fail(Error::from_errno(errno, "epoll_ctl"));
    return {};
}

Result<Fd> timer() {
    Fd fd(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!fd) return fail(Error::from_errno(errno, "timerfd_create"));
    return fd;
}

Result<void> set_timer(const Fd& timer, std::optional<std::chrono::milliseconds> duration) {
    itimerspec setting{};
    if (duration) {
        // A value of zero would stop the timer.
        const auto nanoseconds =
            std::max<std::chrono::nanoseconds>(*duration, std::chrono::nanoseconds(1));
        const auto seconds = std::chrono::floor<std::chrono::seconds>(nanoseconds);
        setting.it_value.tv_sec = seconds.count();
        setting.it_value.tv_nsec = (nanoseconds - seconds).count();
    }
    if (::timerfd_settime(timer.get(), 0, &setting, nullptr) != 0)
        return fail(Error::from_errno(errno, "timerfd_settime"));
    return {};
}

Result<Fd> watch_directory(const std::string& directory) {
    Fd fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!fd) return fail(Error::from_errno(errno, "inotify_init1"));
    constexpr std::uint32_t kEvents =
        IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
    if (::inotify_add_watch(fd.get(), directory.c_str(), kEvents) < 0)
        return fail(Error::from_errno(errno, "watch " + directory));
    return fd;
}

Result<void> discard_directory_events(const Fd& watch) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        const ssize_t count = ::read(watch.get(), buffer.data(), buffer.size());
        if (count > 0 || (count < 0 && errno == EINTR)) continue;
        if (count < 0 && errno != EAGAIN) return fail(Error::from_errno(errno, "inotify"));
        return {};
    }
}

}  // namespace dim::sys
