#pragma once

#include "libdim/api/restart_messages.hpp"
#include "libdim/base/result.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace dim::agent {

struct ReplacedFilesSettings {
    std::string processes = "/proc";
    std::string init = "1";  ///< the process whose root and mounts are the system's
    /// Where the file systems are mounted, one over the other too, whose files count: "/", "/usr".
    std::vector<std::string> mount_points;
    /// Then the look ends with what it found; some processes were not looked at.
    std::chrono::milliseconds patience{5000};
    /// Then there is no answer: a server that hangs.
    std::chrono::milliseconds timeout{8000};
};

/// The processes that execute a file which is not the one of that path any more: the path has
/// another inode now, or none. One over the other, the device does not tell: what two generations
/// have alike has the same inode in both. Processes with another root (containers) are passed over.
/// Those of services come first. In bounded time: another process looks. Errors: timed_out; those
/// of looking at INIT.
Result<api::Restarts> find_replaced_files(const ReplacedFilesSettings& settings);

}  // namespace dim::agent
