#include "initagent/heartbeat_rhythm.hpp"

#include "libdim/api/limits.hpp"

#include <algorithm>

namespace dim::agent {

namespace {

/// Between two heartbeats, whatever the server says.
constexpr std::chrono::seconds kShortestInterval{1};
constexpr std::chrono::seconds kLongestWait{api::limits::kHeartbeatWaitSeconds};

}  // namespace

std::chrono::seconds HeartbeatRhythm::send(std::chrono::milliseconds now) {
    sent_ = now;
    if (interval_end_ - now < kShortestInterval) interval_end_ = now + interval_;
    return std::min(std::chrono::floor<std::chrono::seconds>(interval_end_ - now), kLongestWait);
}

std::chrono::milliseconds HeartbeatRhythm::pause_after(HeartbeatEnd end,
                                                       std::chrono::milliseconds now) {
    // By the server's clock; the blade's may be slow, and has not seen it end.
    if (end == HeartbeatEnd::no_news) interval_end_ = now;
    const auto due = sent_ + (end == HeartbeatEnd::idle ? interval_ : kShortestInterval);
    return std::max(due - now, std::chrono::milliseconds(0));
}

}  // namespace dim::agent
