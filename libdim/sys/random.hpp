#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace dim::sys {

/// Fills BUFFER from the kernel's generator; waits until that has been seeded.
Result<void> getrandom(std::span<unsigned char> buffer);
/// BYTES random bytes as lower-case hexadecimal, for unique names.
Result<std::string> random_hex(std::size_t bytes);

}  // namespace dim::sys
