#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace dim::sys {

/// pread(2): at most BUFFER's size, from OFFSET; 0 at the end of the file.
Result<std::size_t> read_at(int fd, std::span<char> buffer, std::uint64_t offset);

}  // namespace dim::sys
