#pragma once

#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

#include <mbedtls/x509_crt.h>

namespace dim::tls {

/// The certificates of a PEM text. Errors: invalid_input.
Result<void> parse_certificate(std::string_view pem, mbedtls_x509_crt* certificate);
/// SHA-256 of it, lower-case hexadecimal.
std::string fingerprint_of(const mbedtls_x509_crt& certificate);

}  // namespace dim::tls
