#pragma once

#include "libdim/base/result.hpp"

#include <bitset>
#include <cstddef>
#include <string_view>

namespace dim::sync {

constexpr std::size_t kByteValues = 256;
using ByteSet = std::bitset<kByteValues>;

constexpr std::size_t index_of(char byte) { return static_cast<unsigned char>(byte); }

/// The bytes that a class as "[a-z_]" or "[![:digit:]]" stands for, which is taken from the
/// beginning of REST; a slash is never among them. As rsync's wildmatch() reads it, in POSIX's
/// locale. Errors: invalid_input for what rsync takes for a class that matches nothing.
Result<ByteSet> take_character_class(std::string_view& rest);

}  // namespace dim::sync
