#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dim {

/// The pieces between separators; "a,,b" has an empty one, "" has one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The pieces between runs of blanks and tabs, line feeds included; none is empty.
std::vector<std::string_view> split_words(std::string_view text);

/// Without leading and trailing blanks, tabs, CR and LF.
std::string_view trim(std::string_view text);

/// Text from outside made fit to print: control characters and bytes outside ASCII become '?', at
/// most LIMIT bytes.
std::string printable(std::string_view text, std::size_t limit);

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(std::string_view bytes);

}  // namespace dim
