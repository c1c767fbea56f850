#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace dim::linuxrc {

/// A gzip file (RFC 1952) without name or time, so that the same bytes compress to the same bytes.
Result<std::string> gzip(std::string_view bytes);

/// How many of BYTES are the gzip file that they begin with. Errors: invalid_input when they do not
/// begin with a whole one.
Result<std::size_t> gzip_size(std::string_view bytes);

}  // namespace dim::linuxrc
