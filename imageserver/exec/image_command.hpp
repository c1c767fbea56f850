#pragma once

#include "bladeexec/invocation.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/process.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace dim::server {

/// How a command ended, and what it said: standard output and standard error as they came.
struct CommandOutcome {
    Result<sys::ExitStatus> end;
    std::string output = {};  ///< any bytes, at most kOutputBytes
    bool is_output_cut = false;
};

/// What is kept of a command's output; the rest is read and dropped.
inline constexpr std::size_t kOutputBytes = std::size_t{64} << 10;

struct CommandLimits {
    std::chrono::milliseconds time;
    /// The command is killed when one of these becomes readable or is closed at its other end.
    std::vector<const sys::Fd*> given_up = {};
};

/// Runs a command in the blade's root by PROGRAM, which is blade-exec, and waits until nothing of
/// it is left. When this process dies, the command is killed, too. Errors: timed_out; unavailable
/// when it was given up; those of blade-exec.
CommandOutcome run_in_image(const std::string& program, const bladeexec::Invocation& invocation,
                            const CommandLimits& limits);

}  // namespace dim::server
