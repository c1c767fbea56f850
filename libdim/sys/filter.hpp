#pragma once

#include "libdim/sys/process.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::sys {

struct FilterSettings {
    std::string input = {};                ///< its standard input
    std::size_t output_limit = 64 * 1024;  ///< bytes of its standard output
    std::size_t error_limit = 64 * 1024;   ///< what ON_ERROR gets at most; the rest is dropped
    std::function<void(std::string_view)> on_error = {};  ///< gets its standard error as it comes
    std::vector<std::string> environment = {};            ///< "NAME=value"; empty: ours
};

struct FilterResult {
    ExitStatus status;
    std::string output = {};
};

/// Runs a program to its end, blocking: text in, text out. When it takes too long or says too much,
/// its whole process group is killed. Errors: timed_out, limit_exceeded, and those of spawn; a
/// program that fails is no error.
Result<FilterResult> filter(const std::vector<std::string>& arguments,
                            std::chrono::milliseconds timeout, const FilterSettings& settings);

}  // namespace dim::sys
