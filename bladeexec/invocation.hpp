#pragma once

#include "libdim/base/result.hpp"

#include <span>
#include <string>
#include <vector>

namespace dim::bladeexec {

struct SharedDirectory {
    std::string name;    ///< "usr": in the blade's root
    std::string source;  ///< the directory on the server
    bool operator==(const SharedDirectory&) const = default;
};

/// What blade-exec is to run, and what the blade's root is made of.
struct Invocation {
    std::string root;  ///< where the blade image is mounted on the server
    std::vector<SharedDirectory> shared;
    std::string hostname;
    std::string interpreter;           ///< a static program that runs the command's; empty: none
    std::vector<std::string> command;  ///< [0] is looked up in PATH if without slash
    bool operator==(const Invocation&) const = default;
};

/// As arguments of the program, without its name, and back. Errors: invalid_input.
std::vector<std::string> to_arguments(const Invocation& invocation);
Result<Invocation> parse_invocation(std::span<const std::string> arguments);

}  // namespace dim::bladeexec
