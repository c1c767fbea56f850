#pragma once

#include "libdim/power/power_control.hpp"
#include "tools/blade_results.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace dim::tool {

/// Waiting until image servers say that blades run: in a boot that began to run, by the server's
/// own clock, after the blade's command. A blade that was on, and was sent on, may run in the boot
/// it had.
class [[nodiscard]] BootWait {
public:
    /// Before the commands to BLADES. Failures: that of an image server that does not answer, when
    /// one of BLADES is of none that does; usage with --cluster, since no daemon is asked then.
    static Outcome<BootWait> begin(const Context& context, const std::set<std::string>& blades);
    BootWait(BootWait&&) noexcept;
    BootWait& operator=(BootWait&&) noexcept;
    ~BootWait();

    /// BLADE was sent what ACTION needs. Any thread.
    void expect(const std::string& blade, const power::PowerSent& sent, power::PowerAction action);
    /// Adds " → running" to the answers of those that run by DEADLINE; the others' become
    /// timed_out, with what the server says of them.
    void finish(std::vector<BladeResult>& results, const sys::Deadline& deadline);

private:
    struct State;
    explicit BootWait(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::tool
