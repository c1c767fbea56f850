#include "libdim/tls/parse_certificate.hpp"

#include "libdim/tls/mbedtls_error.hpp"

#include <string>

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

}  // namespace dim::tls
