#pragma once

#include <string>
#include <string_view>

namespace dim::overrides {

/// TEXT with LINES, each with its line feed, between two comments ('#') at its beginning, in the
/// place of those that were put there before.
std::string with_own_lines(std::string_view text, std::string_view lines);

/// TEXT without them. Without its end nobody knows what was DIM's: then only the comment goes.
std::string without_own_lines(std::string_view text);

}  // namespace dim::overrides
