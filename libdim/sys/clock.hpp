#pragma once

#include <chrono>
#include <cstdint>

namespace dim::sys {

/// Microseconds since boot, sleep included (CLOCK_BOOTTIME).
std::int64_t boottime_us();
/// Microseconds of CLOCK_MONOTONIC.
std::int64_t monotonic_us();
/// Microseconds since 1970.
std::int64_t realtime_us();

void sleep_for(std::chrono::milliseconds duration);

/// A point in monotonic time by which something must be done.
class Deadline {
public:
    static Deadline in(std::chrono::milliseconds duration) {
        return Deadline(monotonic_us() + std::chrono::microseconds(duration).count());
    }
    static constexpr Deadline never() { return Deadline(kNever); }

    bool is_never() const { return at_us_ == kNever; }
    bool has_passed() const { return !is_never() && monotonic_us() >= at_us_; }
    /// For poll(2): milliseconds left, rounded up, not below 0; -1 for never.
    int poll_timeout() const;

private:
    explicit constexpr Deadline(std::int64_t at_us) : at_us_(at_us) {}
    static constexpr std::int64_t kNever = INT64_MAX;
    std::int64_t at_us_;
};

}  // namespace dim::sys
