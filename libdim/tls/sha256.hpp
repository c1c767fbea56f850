#pragma once

#include <string>
#include <string_view>

namespace dim::tls {

/// SHA-256 (FIPS 180-4) of BYTES, 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace dim::tls
