#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>

namespace dim::sys {

struct SystemInfo {
    std::string host_name;
    std::string kernel_release;  ///< "6.1.0-ppc64"
    std::string kernel_version;  ///< "#1 SMP Debian 6.1.162-1 (2026-02-08)"
    std::string machine;         ///< "ppc64"
    std::uint64_t memory_bytes = 0;
    std::uint64_t free_memory_bytes = 0;
    std::uint32_t cpus = 0;  ///< online
    std::int64_t uptime_seconds = 0;
};
Result<SystemInfo> system_info();

}  // namespace dim::sys
