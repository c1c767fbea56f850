#pragma once

#include "tools/command.hpp"
#include "tools/exit_code.hpp"

#include <string>
#include <vector>

namespace dim::tool {

/// Runs the command that the words name and prints what went wrong.
ExitCode run_command_line(const CommandTable& table, const std::vector<std::string>& words);

}  // namespace dim::tool
