#pragma once

#include <chrono>
#include <cstdint>
#include <sys/types.h>

namespace dim::server {

/// How long a service may take until it is ready. Only time in which its process does not compute
/// counts: the NFS server needs minutes when it is told some thousand exports at once, and ending
/// it then would only make it begin anew. One that computes for ever is waited for kLongest.
class Patience {
public:
    static constexpr std::chrono::minutes kLongest{10};

    Patience(std::chrono::milliseconds idle_limit, std::int64_t monotonic_us)
        : idle_limit_(idle_limit), began_us_(monotonic_us), looked_us_(monotonic_us) {}

    /// PID has used that much processor time so far. A process that took another's place begins
    /// anew with that.
    bool has_ended(pid_t pid, std::chrono::nanoseconds processor_time, std::int64_t monotonic_us);

private:
    std::chrono::microseconds idle_limit_;
    std::int64_t began_us_;
    std::int64_t looked_us_;
    std::chrono::microseconds idle_{};
    pid_t pid_ = 0;
    std::chrono::nanoseconds processor_time_{};
};

}  // namespace dim::server
