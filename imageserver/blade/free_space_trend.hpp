#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace dim::server {

/// Free space of a disk in the last minutes. Times are those of CLOCK_BOOTTIME, so a clock that is
/// set changes nothing.
class FreeSpaceTrend {
public:
    static constexpr std::chrono::minutes kWindow{10};
    /// Two looks that are less apart say nothing of a rate.
    static constexpr std::chrono::seconds kShortest{20};
    /// What ten minutes say of a time further away than this is of no use to anybody.
    static constexpr std::chrono::days kFar{30};

    void add(std::chrono::microseconds since_boot, std::uint64_t free);
    /// Until nothing is free, at the rate of the window; nothing while free space does not shrink,
    /// or when that is far.
    std::optional<std::chrono::seconds> time_left() const;

private:
    struct Look {
        std::chrono::microseconds time;
        std::uint64_t free;
    };
    std::deque<Look> looks_;
};

}  // namespace dim::server
