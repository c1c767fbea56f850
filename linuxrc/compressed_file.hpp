#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace dim::linuxrc {

/// PATH without the suffix by which distributions say how they compressed a module or a firmware
/// file: ".xz", ".zst", ".gz"; PATH itself when it has none.
std::string_view without_compression(std::string_view path);

/// What the file PATH with the content BYTES holds: they themselves when its name says so. Errors:
/// invalid_input when it is damaged or cut; limit_exceeded above LIMIT bytes.
Result<std::string> decompress(std::string_view path, std::string bytes, std::size_t limit);

}  // namespace dim::linuxrc
