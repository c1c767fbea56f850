#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string_view>

namespace dim::bladecenter {

/// bladePowerState of the mmblade MIB; the last two with later firmware only.
enum class PowerState { off = 0, on = 1, standby = 3, hibernate = 4 };
std::string_view to_string(PowerState state);
/// Errors: invalid_input for a number that the MIB does not have.
Result<PowerState> power_state_of(std::int32_t number);

/// bladeHealthState; from kernel_mode on with later firmware only.
enum class Health {
    unknown = 0,
    good = 1,
    warning = 2,
    critical = 3,
    kernel_mode = 4,
    discovering = 5,
    communication_error = 6,
    no_power = 7,
    flashing = 8,
    initialisation_failure = 9,
    insufficient_power = 10,
    power_denied = 11,
};
std::string_view to_string(Health health);
/// Errors: invalid_input for a number that the MIB does not have.
Result<Health> health_of(std::int32_t number);

/// The blue light that shows a person which blade is meant.
enum class Led { off = 0, on = 1, blinking = 2 };
std::string_view to_string(Led led);
Result<Led> led_of(std::int32_t number);
/// "off", "on", "blink" as people type it. Errors: invalid_input.
Result<Led> parse_led(std::string_view text);

/// Chassis: systemHealthStat.
enum class ChassisHealth { critical = 0, non_critical = 2, system = 4, normal = 255 };
std::string_view to_string(ChassisHealth health);
Result<ChassisHealth> chassis_health_of(std::int32_t number);

}  // namespace dim::bladecenter
