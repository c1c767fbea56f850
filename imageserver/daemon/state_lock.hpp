#pragma once

#include "imageserver/daemon/settings.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

namespace dim::server {

/// Makes the state directory ours as long as the Fd is open. Errors: conflict, with a cure, when a
/// daemon has it; permission_denied.
Result<sys::Fd> lock_state(const DaemonSettings& settings);

}  // namespace dim::server
