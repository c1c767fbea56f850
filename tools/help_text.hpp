#pragma once

#include "tools/command.hpp"

#include <string>
#include <string_view>

namespace dim::tool {

/// One line for each command of NOUN, or of all without one: its name and what it does.
std::string command_lines(const CommandTable& table, std::string_view noun = {});

/// What `dim help` prints.
std::string help_of_all(const CommandTable& table);

/// What `dim help NOUN` prints.
std::string help_of_noun(const CommandTable& table, const Noun& noun);

}  // namespace dim::tool
