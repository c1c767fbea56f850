#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::tool {

/// Those of CANDIDATES that WORD may have been meant to be, nearest first: those it is the
/// beginning of, and those that few edits make of it, for their length, if no other is much nearer.
/// Dashes in front do not count. Each is returned once, and at most four.
std::vector<std::string> nearest_words(std::string_view word,
                                       std::span<const std::string> candidates);

/// "did you mean 'a', 'b' or 'c'?", each behind PREFIX; empty for none.
std::string did_you_mean(std::string_view prefix, std::span<const std::string> words);

}  // namespace dim::tool
