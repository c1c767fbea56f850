#include "libdim/tls/mbedtls_error.hpp"

#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509.h>

namespace dim::tls {

Error mbedtls_failure(ErrorCode code, std::string_view what, int mbedtls_number) {
    char text[128];
    mbedtls_strerror(mbedtls_number, text, sizeof text);
    return Error(code, std::string(what) + ": " + text);
}

Error alert_failure(std::uint8_t description) {
    switch (description) {
        case MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA:
            return Error(ErrorCode::permission_denied,
                         "the peer does not trust our certificate (unknown CA)");
        case MBEDTLS_SSL_ALERT_MSG_BAD_CERT:
            return Error(ErrorCode::permission_denied,
                         "the peer refuses our certificate (bad certificate; often: not for the "
                         "name it asked for)");
        case MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED:
            return Error(ErrorCode::permission_denied,
                         "the peer refuses our certificate (expired or not yet valid)");
        case MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT:
        case MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED:
        case MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN:
        case MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED:
            return Error(ErrorCode::permission_denied, "the peer refuses our certificate (alert " +
                                                           std::to_string(description) + ")");
        case MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE:
            return Error(ErrorCode::invalid_input, "the peer has no cipher in common with us");
        case MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION:
            return Error(ErrorCode::invalid_input, "the peer does not speak TLS 1.2");
        default:
            return Error(ErrorCode::invalid_input, "the peer ended the TLS session (alert " +
                                                       std::to_string(description) + ")");
    }
}

Error verification_failure(std::uint32_t flags, const std::string& server_name) {
    std::string causes;
    const auto add = [&causes](std::string_view cause) {
        if (!causes.empty()) causes += ", ";
        causes += cause;
    };
    if ((flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0)
        add("it was not issued by this cluster's authority (wrong CA)");
    if ((flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0)
        add("it is not for the name '" + server_name + "'");
    if ((flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0) add("it has expired");
    if ((flags & MBEDTLS_X509_BADCERT_FUTURE) != 0) add("it is not yet valid by our clock");
    if ((flags & (MBEDTLS_X509_BADCERT_EXT_KEY_USAGE | MBEDTLS_X509_BADCERT_KEY_USAGE |
                  MBEDTLS_X509_BADCERT_NS_CERT_TYPE)) != 0) {
        add("it is not for a server");
    }
    if ((flags & MBEDTLS_X509_BADCERT_MISSING) != 0) add("there is none");
    if (causes.empty()) add("it does not have the form required (" + std::to_string(flags) + ")");
    return Error(ErrorCode::permission_denied, "the server's certificate is refused: " + causes);
}

}  // namespace dim::tls
