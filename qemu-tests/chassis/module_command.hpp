#pragma once

#include "qemu-tests/chassis/chassis.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dim::chassis {

/// What a command of the module's command line leads to.
struct CommandResult {
    std::string text = {};                ///< lines, each with its end
    std::optional<int> console_bay = {};  ///< its console begins
    bool is_over = false;                 ///< the session
};

/// The command line of a management module (vendor's command reference): the few commands that have
/// to do with blades. TARGET is what commands are about that name nothing else, a bay or, 0, the
/// chassis.
CommandResult run_module_command(std::string_view line, int& target, Chassis& chassis);

/// "system> ", "system:blade[3]> ".
std::string module_prompt(int target);

}  // namespace dim::chassis
