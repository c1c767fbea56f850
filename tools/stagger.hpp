#pragma once

#include "libdim/base/result.hpp"

#include <chrono>
#include <string_view>

namespace dim::tool {

inline constexpr std::chrono::seconds kLongestStagger{3600};

/// How far commands to the blades of one controller are apart: "2", "2s", "500ms", and, which is
/// the same, "2s/chassis". Errors: invalid_input, also for more than kLongestStagger.
Result<std::chrono::milliseconds> parse_stagger(std::string_view text);

}  // namespace dim::tool
