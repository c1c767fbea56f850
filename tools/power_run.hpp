#pragma once

#include "libdim/power/power_control.hpp"
#include "tools/at_controllers.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dim::tool {

/// A controller, and the blades of it whose power a command is about.
struct PowerTarget {
    std::string controller;  ///< "s01c2mm", "BMC 10.3.1.3"
    std::vector<BladePlace> blades;
    /// What answers for just these, in their order; called on the thread that then uses it.
    std::function<Result<std::unique_ptr<power::PowerControl>>()> open;
};

/// What is done with power, and until when is waited: --wait, --time-limit, --stagger.
struct PowerArguments {
    std::string wait = "power";  ///< "power", "running", or seconds for the power state
    std::optional<std::uint32_t> time_limit_seconds;
    std::chrono::milliseconds stagger{0};  ///< between one blade of a controller and the next

    void add_options(CLI::App& app);
    bool waits_until_running() const { return wait == "running"; }
    std::chrono::seconds time_limit() const;
    /// For the power state of each blade, which others may stand behind.
    std::chrono::seconds power_time() const;
};

/// "on", "off", "softoff", "cycle", "reset"; nothing for "state", which asks only. Failures: usage.
Outcome<std::optional<power::PowerAction>> parse_power_word(const std::string& word);

/// Asks before more than one blade is interrupted, or more than kAskAbove are switched on; has all
/// of TARGETS do ACTION, or tell their state; waits, prints, and sums up. With --wait running all
/// of a controller are sent their commands before any is waited for. WHICH: as the person named
/// them.
Outcome<> run_power(const Context& context, const std::vector<PowerTarget>& targets,
                    std::optional<power::PowerAction> action, const PowerArguments& arguments,
                    const std::string& which, const ResultNames& names);

}  // namespace dim::tool
