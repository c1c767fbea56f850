#pragma once

#include "libdim/base/result.hpp"

#include <string_view>

namespace dim::sys {

/// Tells the service manager STATE ("READY=1"), as sd_notify(3) does, through $NOTIFY_SOCKET.
/// Success when there is none.
Result<void> notify_service_manager(std::string_view state);

}  // namespace dim::sys
