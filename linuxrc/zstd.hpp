#pragma once

#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

namespace dim::linuxrc {

/// A zstd frame (RFC 8878), as small as a kernel can still unpack (CONFIG_RD_ZSTD); the same bytes
/// compress to the same bytes.
Result<std::string> zstd(std::string_view bytes);

}  // namespace dim::linuxrc
