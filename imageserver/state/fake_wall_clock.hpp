#pragma once

#include "imageserver/state/wall_clock.hpp"

#include <chrono>

namespace dim::server {

/// For tests: stands still until it is set.
class FakeWallClock final : public WallClock {
public:
    explicit FakeWallClock(Moment now) : time(now) {}
    Moment now() const override { return time; }
    /// Somebody sets the clock; no time passes.
    void jump(std::chrono::seconds by) {
        const std::int64_t us = std::chrono::microseconds(by).count();
        time.time = *model::Timestamp::from_microseconds(time.time.microseconds() + us);
    }
    void pass(std::chrono::seconds seconds) {
        jump(seconds);
        time.uptime_us += std::chrono::microseconds(seconds).count();
    }

    Moment time;
};

}  // namespace dim::server
