#pragma once

#include "bladeexec/invocation.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

namespace dim::bladeexec {

/// Runs the command in a PID namespace, whose process 1 reports to CHANNEL how it ended. When the
/// other end of CHANNEL is closed, all of it is killed. When this returns, no process of it is
/// left, and neither when this process is killed.
Result<void> launch(const Invocation& invocation, const sys::Fd& channel);

}  // namespace dim::bladeexec
