#pragma once

#include "libdim/base/result.hpp"

#include <charconv>
#include <concepts>
#include <limits>
#include <string>
#include <string_view>

namespace dim {

/// The whole text as a decimal (or BASE) number between MINIMUM and MAXIMUM; no sign for unsigned
/// types, no blanks. Errors: invalid_input, naming the text and the range.
template <std::integral T>
Result<T> parse_number(std::string_view text, T minimum = std::numeric_limits<T>::min(),
                       T maximum = std::numeric_limits<T>::max(), int base = 10) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size() || value < minimum ||
        value > maximum) {
        return fail(ErrorCode::invalid_input,
                    "'" + std::string(text.substr(0, 40)) + "' is not a number from " +
                        std::to_string(minimum) + " to " + std::to_string(maximum));
    }
    return value;
}

}  // namespace dim
