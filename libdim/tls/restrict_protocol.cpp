#include "libdim/tls/restrict_protocol.hpp"

namespace dim::tls {

namespace {

// ChaCha20 first: it is the fast one on the blades, which have no instructions for AES.
constexpr int kCipherSuites[] = {MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                                 MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0};
constexpr mbedtls_ecp_group_id kCurves[] = {MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_NONE};

}  // namespace

void restrict_protocol(mbedtls_ssl_config* configuration) {
    mbedtls_ssl_conf_min_version(configuration, MBEDTLS_SSL_MAJOR_VERSION_3,
                                 MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_ciphersuites(configuration, kCipherSuites);
    mbedtls_ssl_conf_curves(configuration, kCurves);
    mbedtls_ssl_conf_cert_profile(configuration, &mbedtls_x509_crt_profile_suiteb);
#ifdef MBEDTLS_SSL_RENEGOTIATION
    mbedtls_ssl_conf_renegotiation(configuration, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
}

}  // namespace dim::tls
