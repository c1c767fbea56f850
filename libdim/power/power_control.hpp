#pragma once

#include "libdim/power/power_state.hpp"
#include "libdim/sys/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// The seam between DIM and what switches blades (docs/decisions/0041-power-of-blades.md).
namespace dim::power {

/// The power of one blade. Blocks; used by one thread.
class BladePower {
public:
    virtual ~BladePower() = default;
    /// For messages: "bay 3", "BMC 10.3.1.3".
    virtual std::string name() const = 0;
    virtual Result<PowerState> state() = 0;
    /// Returns once the hardware took the command. Nothing is sent to hardware that is not known
    /// without doubt.
    virtual Result<void> send(PowerCommand command) = 0;
};

/// What answers for the power of some blades: the management module of their chassis, a BMC of one.
class PowerControl {
public:
    virtual ~PowerControl() = default;
    virtual std::size_t size() const = 0;
    /// By its place among them.
    virtual BladePower& blade(std::size_t place) = 0;
    /// Of all of them, in their order: in one question where the hardware allows it.
    virtual std::vector<Result<PowerState>> states();
    /// What is to be told of how they were reached: "answered by s01c1mm2"; empty for nothing.
    virtual std::string remark() const { return ""; }
};

struct PowerChange {
    PowerState before;
    PowerState after;
    bool operator==(const PowerChange&) const = default;
};

/// A command that the hardware took.
struct PowerSent {
    PowerState before;
    PowerState wanted;     ///< what it leads to
    std::int64_t sent_us;  ///< sys::boottime_us() just before it was sent
};
/// Sends BLADE what ACTION needs. A cycle is off, waited for by DEADLINE, and on again. Errors:
/// conflict for a reset of a blade that is not on; timed_out as await_power; those of the blade.
Result<PowerSent> send_action(BladePower& blade, PowerAction action, const sys::Deadline& deadline);

/// Waits until BLADE has the state that SENT leads to. Errors: timed_out with the state that it has
/// by DEADLINE; those of the blade.
Result<PowerChange> await_power(BladePower& blade, const PowerSent& sent,
                                const sys::Deadline& deadline);

/// Both; DEADLINE is for both. Errors: theirs.
Result<PowerChange> change_power(BladePower& blade, PowerAction action,
                                 const sys::Deadline& deadline);

}  // namespace dim::power
