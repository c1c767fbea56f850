#pragma once

#include "bladeexec/invocation.hpp"
#include "bladeexec/report.hpp"
#include "libdim/sys/fd.hpp"

namespace dim::bladeexec {

/// Runs the command to its end as process 1 of a PID namespace, in more namespaces of its own and
/// in the blade's root, with no rights but those over the files there. Everything it started ends
/// when the caller does. GO: a pipe that says something when the parent is there, and ends when it
/// is not. Errors: also not_found when the program is not in the image.
Report run_confined(const Invocation& invocation, const sys::Fd& go);

}  // namespace dim::bladeexec
