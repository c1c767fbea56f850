#pragma once

#include "libdim/sys/clock.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace dim::server {

/// How many changes there were, for who waits for the next. Any thread may call.
class ChangeCount {
public:
    void add();
    std::uint64_t value() const;
    /// Returns once there were more than KNOWN, at the latest when DEADLINE has passed.
    void wait_beyond(std::uint64_t known, sys::Deadline deadline) const;

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable added_;
    std::uint64_t value_ = 0;
};

}  // namespace dim::server
