#pragma once

#include <algorithm>
#include <string_view>

namespace dim {

/// The word of TEXT before the next blank, which it is taken from, with that one blank.
inline std::string_view take_word(std::string_view& text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

}  // namespace dim
