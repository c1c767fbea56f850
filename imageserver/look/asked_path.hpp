#pragma once

#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

namespace dim::server {

/// The path that a person asks for, "/etc/motd", as a manifest has it: "etc/motd"; the root is
/// empty. Any bytes; \xx stands for the one of these hexadecimal digits. Errors: invalid_input for
/// what does not begin with a slash, or has a NUL or ".." in it; limit_exceeded above 4096 bytes.
Result<std::string> parse_asked_path(std::string_view text);

/// How PATH, as a manifest has it, is asked for again: "/var/a\20name", printable ASCII.
std::string asked_path_text(std::string_view path);

}  // namespace dim::server
