#pragma once

#include "bladeexec/invocation.hpp"
#include "libdim/base/result.hpp"

namespace dim::bladeexec {

/// Makes the blade's root, as the blade mounts it, the root of this process: the blade image with
/// the shared directories read-only over it, a /proc that shows this PID namespace's processes and
/// nothing else, a /dev of five harmless devices. Nothing of the server's own stays in reach. For
/// process 1 of a PID namespace, in a mount namespace of its own. Errors: conflict when the image
/// cannot carry one of them.
Result<void> enter_blade_root(const Invocation& invocation);

}  // namespace dim::bladeexec
