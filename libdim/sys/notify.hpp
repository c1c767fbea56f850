#pragma once

#include "libdim/base/result.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace dim::sys {

/// Tells the service manager STATE ("READY=1"), as sd_notify(3) does, through $NOTIFY_SOCKET.
/// Success when there is none. Never waits for it. Errors: unavailable when it does not take it.
Result<void> notify_service_manager(std::string_view state);

/// How long the service manager waits for "WATCHDOG=1" until it ends this process, as
/// sd_watchdog_enabled(3) says ($WATCHDOG_USEC, $WATCHDOG_PID). Nothing when it does not watch us.
/// Errors: invalid_input.
Result<std::optional<std::chrono::microseconds>> watchdog_timeout();

}  // namespace dim::sys
