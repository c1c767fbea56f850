#pragma once

#include "libdim/tls/mbedtls_owned.hpp"
#include "libdim/tls/settings.hpp"

namespace dim::tls {

struct ServerSettings::State {
    OwnedConfiguration configuration;
    OwnedCertificate certificate;
    OwnedKey key;
};

struct ClientSettings::State {
    OwnedConfiguration configuration;
    OwnedCertificate authority;
    bool is_clock_wrong = false;
};

/// What both sides have in common: version, ciphers, curve, certificates' form.
void restrict_protocol(mbedtls_ssl_config* configuration);

/// The certificates of a PEM text. Errors: invalid_input.
Result<void> parse_certificate(std::string_view pem, mbedtls_x509_crt* certificate);

}  // namespace dim::tls
