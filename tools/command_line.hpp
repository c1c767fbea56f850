#pragma once

#include "tools/command.hpp"
#include "tools/exit_code.hpp"

#include <string>
#include <vector>

namespace dim::tool {

/// The words after the program's name, with a historical name turned into its sub-command:
/// "/usr/bin/dim_image list" is {"image", "list"}.
std::vector<std::string> command_words(const std::vector<std::string>& arguments);

/// Parses the words, runs the command and prints what went wrong.
ExitCode run_command_line(const CommandTable& table, std::vector<std::string> words);

}  // namespace dim::tool
