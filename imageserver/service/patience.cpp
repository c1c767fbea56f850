#include "imageserver/service/patience.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

bool Patience::has_ended(pid_t pid, nanoseconds processor_time, std::int64_t monotonic_us) {
    // What it had computed before the first look is not of this time.
    const bool is_known = std::exchange(pid_, pid) == pid;
    const nanoseconds before = std::exchange(processor_time_, processor_time);
    const nanoseconds computed = is_known ? processor_time - before : nanoseconds{};
    const microseconds passed(monotonic_us - std::exchange(looked_us_, monotonic_us));
    idle_ += std::max(microseconds{}, passed - std::chrono::duration_cast<microseconds>(computed));
    return idle_ >= idle_limit_ || microseconds(monotonic_us - began_us_) >= kLongest;
}

}  // namespace dim::server
