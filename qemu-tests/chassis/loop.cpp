#include "qemu-tests/chassis/loop.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <vector>

namespace dim::chassis {

void Loop::run() {
    while (!is_over_) {
        std::vector<pollfd> waited;
        waited.reserve(watched_.size());
        for (const auto& [fd, call] : watched_)
            waited.push_back({.fd = fd, .events = POLLIN, .revents = 0});
        if (::poll(waited.data(), waited.size(), milliseconds_to_the_next()) < 0 && errno != EINTR)
            return;
        for (const pollfd& one : waited) {
            const auto found = watched_.find(one.fd);
            if (one.revents == 0 || found == watched_.end()) continue;
            const Call call = found->second;  // it may forget itself
            call();
        }
        call_those_due();
    }
}

int Loop::milliseconds_to_the_next() const {
    if (timers_.empty()) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void Loop::call_those_due() {
    while (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
        const Call call = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        call();
    }
}

}  // namespace dim::chassis
