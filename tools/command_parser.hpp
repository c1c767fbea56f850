#pragma once

#include "tools/command.hpp"
#include "tools/global_options.hpp"

#include <string>
#include <vector>

namespace dim::tool {

/// A command with its options understood.
struct ParsedCommand {
    GlobalOptions options;
    Action action;
    std::vector<std::string> words_behind = {};  ///< of Context
};

/// Understands the options and arguments of COMMAND. With --help the action prints help. Failures:
/// usage for an unknown, missing, superfluous or contradictory word, or an option that the command
/// does not honour.
Outcome<ParsedCommand> parse_command(const CommandTable& table, const Command& command,
                                     std::vector<std::string> words);

/// What `dim help COMMAND` prints.
std::string help_of(const Command& command);

}  // namespace dim::tool
