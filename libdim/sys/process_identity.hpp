#pragma once

#include "libdim/sys/process.hpp"

#include <cstdint>
#include <string_view>
#include <sys/types.h>

namespace dim::sys {

/// What tells a process from a later one with the same number; survives our restart when stored.
struct ProcessIdentity {
    pid_t pid = 0;
    std::uint64_t start_ticks = 0;  ///< since boot, /proc/PID/stat field 22
    bool operator==(const ProcessIdentity&) const = default;
};
/// Errors: not_found.
Result<ProcessIdentity> process_identity(pid_t pid);
/// The process, if it still runs. Errors: not_found when it has ended, even if its number is in
/// use.
Result<Process> find_process(const ProcessIdentity& identity);
/// The start time out of the text of /proc/PID/stat.
Result<std::uint64_t> parse_start_ticks(std::string_view stat);

}  // namespace dim::sys
