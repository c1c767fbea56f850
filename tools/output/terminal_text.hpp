#pragma once

#include <string>
#include <string_view>

namespace dim::tool {

/// Text from a blade, fit for a terminal: control characters other than tab and line feed, which
/// could move its cursor or make it type, become '?'; so do those of UTF-8 (U+0080 to U+009F).
std::string terminal_text(std::string_view text);

/// TEXT with PREFIX before each of its lines, the last with a line feed; empty stays empty.
std::string prefix_lines(std::string_view text, std::string_view prefix);

}  // namespace dim::tool
