#include "libdim/tls/parse_key.hpp"

#include "libdim/tls/mbedtls_error.hpp"

namespace dim::tls {

Result<void> parse_key(const SecretText& pem, const mbedtls_x509_crt& certificate,
                       mbedtls_pk_context* key) {
    // The view of a SecretText is followed by a zero, which mbedTLS wants to see.
    const std::string_view text = pem.view();
    const int error = mbedtls_pk_parse_key(key, reinterpret_cast<const unsigned char*>(text.data()),
                                           text.size() + 1, nullptr, 0);
    if (error != 0) return fail(mbedtls_failure(ErrorCode::invalid_input, "read key", error));
    if (mbedtls_pk_check_pair(&certificate.pk, key) != 0)
        return fail(ErrorCode::invalid_input, "the key does not belong to the certificate");
    return {};
}

}  // namespace dim::tls
