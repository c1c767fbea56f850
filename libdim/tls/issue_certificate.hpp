#pragma once

#include "libdim/tls/authority.hpp"
#include "libdim/tls/mbedtls_owned.hpp"

#include <string>
#include <string_view>

namespace dim::tls {

/// What goes into a certificate (RFC 5280).
struct CertificatePlan {
    std::string subject;  ///< "CN=…"
    std::string issuer;
    mbedtls_pk_context* subject_key = nullptr;
    mbedtls_pk_context* issuer_key = nullptr;
    Validity validity;
    bool is_authority = false;
    std::string subject_names;       ///< subjectAltName as DER; not for an authority
    std::string extended_key_usage;  ///< as DER; empty: none; not for an authority
};

/// A certificate with a random serial number, as PEM.
Result<std::string> issue_certificate(Random& random, const CertificatePlan& plan);
/// A new P-256 key.
Result<void> generate_key(Random& random, mbedtls_pk_context* key);
Result<SecretText> write_key(mbedtls_pk_context* key);
/// id-kp-serverAuth alone, the value of an extKeyUsage extension.
inline constexpr std::string_view kServerAuth("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01",
                                              12);
/// The same with id-kp-clientAuth.
inline constexpr std::string_view
    kServerAndClientAuth("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
                         "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02",
                         22);
/// The value of a subjectAltName extension.
std::string encode_subject_names(const ServerNames& names);

}  // namespace dim::tls
