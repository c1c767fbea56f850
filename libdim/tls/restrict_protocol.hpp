#pragma once

#include <mbedtls/ssl.h>

namespace dim::tls {

/// What both sides have in common: version, ciphers, curve, certificates' form.
void restrict_protocol(mbedtls_ssl_config* configuration);

}  // namespace dim::tls
