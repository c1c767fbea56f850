#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/mbedtls_owned.hpp"
#include "libdim/tls/secret_text.hpp"

namespace dim::tls {

/// The private key of a PEM text. Errors: invalid_input, also when it is not CERTIFICATE's.
Result<void> parse_key(const SecretText& pem, const mbedtls_x509_crt& certificate,
                       mbedtls_pk_context* key);

}  // namespace dim::tls
