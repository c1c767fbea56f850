#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string_view>

namespace dim::agent {

/// How busy a blade is, for heartbeats.
struct BladeLoad {
    std::uint64_t memory_available_bytes = 0;
    std::uint32_t processes = 0;
    double load = 0;  ///< one-minute average

    bool operator==(const BladeLoad&) const = default;
};

/// From the texts of /proc/loadavg (proc_loadavg(5)) and /proc/meminfo (proc_meminfo(5)); kernels
/// before 3.14 have no MemAvailable, MemFree stands in. Errors: invalid_input.
Result<BladeLoad> parse_blade_load(std::string_view loadavg, std::string_view meminfo);

/// Of this machine, now.
Result<BladeLoad> blade_load();

}  // namespace dim::agent
