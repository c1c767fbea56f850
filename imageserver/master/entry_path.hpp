#pragma once

#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

namespace dim::server {

/// The path that a name in an archive stands for, from the root of the tree: "./usr//bin/" is
/// "usr/bin", "./" is "" (the root itself). Errors, with the name fit to print: invalid_input for
/// an absolute name and for one with ".." in it, limit_exceeded for one that is too long or too
/// deep.
Result<std::string> entry_path(std::string_view name);

}  // namespace dim::server
