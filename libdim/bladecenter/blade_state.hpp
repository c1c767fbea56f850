#pragma once

#include "libdim/base/result.hpp"
#include "libdim/power/power_state.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::bladecenter {

using PowerState = power::PowerState;
/// bladePowerState of the mmblade MIB. Errors: invalid_input for a number that the MIB does not
/// have.
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

/// Where a blade's firmware looks for something to start.
enum class BootDevice {
    none = 0,
    floppy = 1,
    cdrom = 2,
    hard_disk_0 = 3,
    hard_disk_1 = 4,
    hard_disk_2 = 5,
    hard_disk_3 = 6,
    network = 7,
    iscsi = 8,
    not_available = 255,
};
/// "none", "floppy", "cdrom", "hd0" to "hd3", "network", "iscsi", "n/a"
std::string_view to_string(BootDevice device);
Result<BootDevice> boot_device_of(std::int32_t number);

/// The first, the second…; none where it ends.
using BootSequence = std::array<BootDevice, 4>;
std::string to_string(const BootSequence& sequence);
/// "network,hd0": one to four devices, none twice. Errors: invalid_input.
Result<BootSequence> parse_boot_sequence(std::string_view text);

/// Whether a person can have a blade's serial console through the management module.
enum class Sol { not_ready = 0, ready = 1, active = 2 };
/// "not ready", "ready", "active"
std::string_view to_string(Sol status);
Result<Sol> sol_of(std::int32_t number);

/// Of a blower (blowerNState) or a power module (powerModuleState).
enum class PartState {
    unknown = 0,
    good = 1,
    warning = 2,
    bad = 3,
    not_available = 4,
    critical = 5
};
std::string_view to_string(PartState state);
/// 0 to 3. Errors: invalid_input for a number that the MIB does not have.
Result<PartState> blower_state_of(std::int32_t number);
/// 0 to 2, 3 for not available, 4 for critical. Errors: the same.
Result<PartState> power_module_state_of(std::int32_t number);

/// Chassis: systemHealthStat.
enum class ChassisHealth { critical = 0, non_critical = 2, system = 4, normal = 255 };
std::string_view to_string(ChassisHealth health);
Result<ChassisHealth> chassis_health_of(std::int32_t number);

}  // namespace dim::bladecenter
