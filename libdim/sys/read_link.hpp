#pragma once

#include "libdim/base/result.hpp"

#include <string>

namespace dim::sys {

/// What the symbolic link PATH says, not resolved. Errors: not_found, invalid_input when it is no
/// link.
Result<std::string> read_link(const std::string& path);

}  // namespace dim::sys
