#include "libdim/sys/clock.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>

namespace dim::sys {

namespace {

std::int64_t clock_us(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

std::int64_t boottime_us() { return clock_us(CLOCK_BOOTTIME); }
std::int64_t monotonic_us() { return clock_us(CLOCK_MONOTONIC); }
std::int64_t realtime_us() { return clock_us(CLOCK_REALTIME); }

void sleep_for(std::chrono::milliseconds duration) {
    timespec rest{};
    rest.tv_sec = static_cast<time_t>(duration.count() / 1000);
    rest.tv_nsec = static_cast<long>(duration.count() % 1000) * 1'000'000;
    while (::nanosleep(&rest, &rest) != 0 && errno == EINTR) {
    }
}

int Deadline::poll_timeout() const {
    if (is_never()) return -1;
    const std::int64_t left = (at_us_ - monotonic_us() + 999) / 1000;
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

}  // namespace dim::sys
