#pragma once

#include "imageserver/state/wall_clock.hpp"

namespace dim::server {

/// For tests: stands still until it is set.
class FakeWallClock final : public WallClock {
public:
    explicit FakeWallClock(model::Timestamp now) : time(now) {}
    model::Timestamp now() const override { return time; }

    model::Timestamp time;
};

}  // namespace dim::server
