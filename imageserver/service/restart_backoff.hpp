#pragma once

#include <algorithm>
#include <chrono>

namespace dim::server {

/// How long to wait before a service that ended is started again: FIRST, doubled with each further
/// failure up to LAST. A run longer than LAST counts as success.
class RestartBackoff {
public:
    using Duration = std::chrono::milliseconds;
    RestartBackoff(Duration first, Duration last) : first_(first), last_(last) {}

    /// After a run of RAN.
    Duration next(Duration ran) {
        if (ran > last_) next_ = first_;
        const Duration delay = std::clamp(next_, first_, last_);
        next_ = std::min(delay * 2, last_);
        return delay;
    }
    void reset() { next_ = first_; }

private:
    Duration first_;
    Duration last_;
    Duration next_ = first_;
};

}  // namespace dim::server
