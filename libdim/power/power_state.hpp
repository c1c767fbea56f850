#pragma once

#include "libdim/base/result.hpp"

#include <string_view>

namespace dim::power {

/// As hardware tells it; the last two by BladeCenters with later firmware only.
enum class PowerState { off, on, standby, hibernate };
std::string_view to_string(PowerState state);

/// What hardware is told.
enum class PowerCommand { on, off, soft_off, reset };
/// "on", "off", "softoff", "reset"
std::string_view to_string(PowerCommand command);

/// What people ask for: commands, and off and on again.
enum class PowerAction { on, off, soft_off, reset, cycle };
/// As people type them: those of PowerCommand, and "cycle". Errors: invalid_input.
Result<PowerAction> parse_power_action(std::string_view text);

}  // namespace dim::power
