#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

/// The texts of overrides (docs/overrides.md). Pure.
namespace dim::overrides {

/// What a template may name, with what it stands for: "name" → "s01c1b01".
using Words = std::map<std::string, std::string, std::less<>>;

/// What substitute makes at most.
inline constexpr std::size_t kTextLimit = std::size_t{4} << 20;

/// Replaces each {word} of TEXT; "{{" is one brace, and a brace before a blank, a line's end or the
/// end of the text is itself. FILE is named in errors. Errors: invalid_input, with the line, for an
/// unknown word (the cure lists those there are) and for a brace that is not closed;
/// limit_exceeded.
Result<std::string> substitute(std::string_view text, const Words& words, std::string_view file);

/// No text: it is copied as it is.
bool is_binary(std::string_view bytes);

/// Ends the name of a template that is copied as it is: "nginx.conf.verbatim" is written as
/// "nginx.conf".
inline constexpr std::string_view kVerbatimEnding = ".verbatim";

}  // namespace dim::overrides
