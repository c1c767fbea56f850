#pragma once

#include <cstddef>

/// What names are made of (RFC 1123, without upper case).
namespace dim::cluster {

constexpr std::size_t kDigitsLimit = 9;  ///< of a number in a name: fits std::uint32_t

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
constexpr bool is_name_character(char c) { return is_lower(c) || c == '-'; }

}  // namespace dim::cluster
