#include "imageserver/state/wall_clock.hpp"

#include "libdim/sys/clock.hpp"

namespace dim::server {

model::Timestamp SystemClock::now() const {
    return *model::Timestamp::from_microseconds(sys::realtime_us());
}

}  // namespace dim::server
