#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>

namespace dim::chassis {

/// Waits for descriptors and for times, and calls who wants to know. A call may watch and forget.
class Loop {
public:
    using Clock = std::chrono::steady_clock;
    using Call = std::function<void()>;

    /// CALL whenever FD can be read, or its other end is gone.
    void watch(int fd, Call call) { watched_[fd] = std::move(call); }
    void forget(int fd) { watched_.erase(fd); }
    /// CALL once, at TIME.
    void at(Clock::time_point time, Call call) { timers_.emplace(time, std::move(call)); }

    void run();
    void stop() { is_over_ = true; }

private:
    int milliseconds_to_the_next() const;
    void call_those_due();

    std::map<int, Call> watched_;
    std::multimap<Clock::time_point, Call> timers_;
    bool is_over_ = false;
};

}  // namespace dim::chassis
