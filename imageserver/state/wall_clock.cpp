#include "imageserver/state/wall_clock.hpp"

#include "libdim/sys/clock.hpp"

namespace dim::server {

Moment SystemClock::now() const {
    return {.time = *model::Timestamp::from_microseconds(sys::realtime_us()),
            .uptime_us = sys::boottime_us()};
}

}  // namespace dim::server
