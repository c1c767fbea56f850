#pragma once

#include "libdim/base/result.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace dim::sys {

/// Runs FUNCTION in a child process and returns what it returned, for calls that may hang in the
/// kernel, such as mount(2) of NFS. At the deadline the child is killed (and reaped when the kernel
/// lets it go). What the child does to mounts stays; to memory does not. Texts above 64 KiB are
/// cut. Errors: timed_out; internal when the child died.
Result<std::string> ask_child(const std::function<Result<std::string>()>& function,
                              std::chrono::milliseconds timeout);
/// The same without a value.
Result<void> fork_child(const std::function<Result<void>()>& function,
                        std::chrono::milliseconds timeout);

}  // namespace dim::sys
