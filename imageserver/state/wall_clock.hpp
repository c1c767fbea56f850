#pragma once

#include "libdim/model/timestamp.hpp"

namespace dim::server {

/// The time of day, as records and stories keep it. Any thread may ask.
class WallClock {
public:
    virtual ~WallClock() = default;
    virtual model::Timestamp now() const = 0;
};

/// The server's own (CLOCK_REALTIME).
class SystemClock final : public WallClock {
public:
    model::Timestamp now() const override;
};

}  // namespace dim::server
