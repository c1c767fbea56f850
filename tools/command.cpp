#include "tools/command.hpp"

namespace dim::tool {

std::string full_name(const Command& command) {
    return std::string(command.noun) + (*command.verb != '\0' ? " " : "") + command.verb;
}

}  // namespace dim::tool
