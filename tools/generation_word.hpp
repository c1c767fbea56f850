#pragma once

#include "libdim/api/admin_messages.hpp"
#include "tools/failure.hpp"

#include <string>
#include <string_view>

namespace dim::tool {

/// "3", called NAME on the command line. Failures: usage.
Outcome<model::Generation> parse_generation_word(std::string_view name, const std::string& text);

}  // namespace dim::tool
