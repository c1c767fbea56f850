#pragma once

#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

namespace dim::linuxrc {

/// A gzip file (RFC 1952) without name or time, so that the same bytes compress to the same bytes.
Result<std::string> gzip(std::string_view bytes);

}  // namespace dim::linuxrc
