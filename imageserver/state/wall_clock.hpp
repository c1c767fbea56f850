#pragma once

#include "libdim/model/timestamp.hpp"

#include <cstdint>

namespace dim::server {

/// One instant on two clocks. TIME is what people read and records keep; it jumps when somebody
/// sets the clock. How long something lasted, and whether it is due, is told by UPTIME_US alone.
struct Moment {
    model::Timestamp time;
    std::int64_t uptime_us;  ///< the server's CLOCK_BOOTTIME: of no meaning after its next boot

    /// For what only keeps or shows it.
    operator model::Timestamp() const { return time; }  // NOLINT: a moment has one time of day
};

/// The server's clocks. Any thread may ask.
class WallClock {
public:
    virtual ~WallClock() = default;
    virtual Moment now() const = 0;
};

/// The server's own (CLOCK_REALTIME, CLOCK_BOOTTIME).
class SystemClock final : public WallClock {
public:
    Moment now() const override;
};

}  // namespace dim::server
