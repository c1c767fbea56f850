#include "libdim/tls/parse_certificate.hpp"

#include "libdim/base/text.hpp"
#include "libdim/tls/mbedtls_error.hpp"

#include <array>

#include <mbedtls/sha256.h>

namespace dim::tls {

Result<void> parse_certificate(std::string_view pem, mbedtls_x509_crt* certificate) {
    // mbedTLS takes PEM with its terminating zero only.
    const std::string text(pem);
    const int error = mbedtls_x509_crt_parse(
        certificate, reinterpret_cast<const unsigned char*>(text.c_str()), text.size() + 1);
    if (error == 0) return {};
    if (error > 0) return fail(ErrorCode::invalid_input, "a certificate of several is unreadable");
    return fail(mbedtls_failure(ErrorCode::invalid_input, "read certificate", error));
}

std::string fingerprint_of(const mbedtls_x509_crt& certificate) {
    std::array<unsigned char, 32> digest{};
    // Fails only with a hardware engine, which we do not have.
    mbedtls_sha256_ret(certificate.raw.p, certificate.raw.len, digest.data(), 0);
    return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace dim::tls
