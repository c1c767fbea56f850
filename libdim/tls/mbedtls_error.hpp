#pragma once

#include "libdim/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::tls {

/// "WHAT: mbedTLS's text".
Error mbedtls_failure(ErrorCode code, std::string_view what, int mbedtls_number);

/// What the peer's fatal alert (RFC 5246, section 7.2) means, in words.
Error alert_failure(std::uint8_t description);

/// What is wrong with the server's certificate, from mbedTLS's MBEDTLS_X509_BADCERT_… flags.
Error verification_failure(std::uint32_t flags, const std::string& server_name);

}  // namespace dim::tls
