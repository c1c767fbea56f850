#pragma once

#include "libdim/sys/process.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace dim::sys {

struct RunResult {
    ExitStatus status;
    std::string output = {};  ///< standard output and standard error as they came, cut at the limit
    bool is_output_cut = false;
};

struct RunSettings {
    std::vector<std::string> environment = {};    ///< empty: ours
    std::string directory = {};                   ///< empty: ours
    std::size_t output_limit = 64 * 1024;         ///< the rest is read and dropped
    std::optional<Confinement> confinement = {};  ///< nothing: as we are
    const Fd* standard_input = nullptr;           ///< nullptr: /dev/null
};

/// Runs a program to its end, blocking. At the deadline the program's whole process group is
/// killed. Errors: timed_out with the output so far in the message, and those of spawn; a program
/// that fails is no error.
Result<RunResult> run(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout,
                      const RunSettings& settings = {});

}  // namespace dim::sys
