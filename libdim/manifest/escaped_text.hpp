#pragma once

#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

namespace dim::manifest {

/// Any bytes as a word of printable ASCII, so that lines stay lines: what is not between '!' and
/// '~', and '\' and '=', becomes \xx, two lower-case hexadecimal digits.
std::string escape(std::string_view bytes);
void append_escaped(std::string& text, std::string_view bytes);

/// The bytes that WORD stands for. Errors: invalid_input for what escape() would not have written,
/// limit_exceeded above LIMIT bytes.
Result<std::string> unescape(std::string_view word, std::size_t limit);

}  // namespace dim::manifest
