#pragma once

#include <string>
#include <vector>

namespace dim::server {

/// What a person should know of something that was done, a sentence each, fit to print.
using Notes = std::vector<std::string>;

}  // namespace dim::server
