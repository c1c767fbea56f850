#pragma once

#include "libdim/tls/authority.hpp"
#include "libdim/tls/mbedtls_owned.hpp"

#include <string>

namespace dim::tls {

/// What goes into a certificate (RFC 5280).
struct CertificatePlan {
    std::string subject;  ///< "CN=…"
    std::string issuer;
    mbedtls_pk_context* subject_key = nullptr;
    mbedtls_pk_context* issuer_key = nullptr;
    Validity validity;
    bool is_authority = false;
    std::string subject_names;  ///< subjectAltName as DER; empty: none
};

/// A certificate with a random serial number, as PEM.
Result<std::string> issue_certificate(Random& random, const CertificatePlan& plan);
/// A new P-256 key.
Result<void> generate_key(Random& random, mbedtls_pk_context* key);
Result<SecretText> write_key(mbedtls_pk_context* key);
/// The value of a subjectAltName extension.
std::string encode_subject_names(const ServerNames& names);

}  // namespace dim::tls
