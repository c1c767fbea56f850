#pragma once

#include <string_view>

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

/// Texts in a certificate that mbedTLS has parsed; good as long as that is.
namespace dim::tls {

inline std::string_view text_of(const mbedtls_x509_buf& buffer) {
    return {reinterpret_cast<const char*>(buffer.p), buffer.len};
}

/// The last one of its subject; empty when there is none.
inline std::string_view common_name_of(const mbedtls_x509_crt& certificate) {
    std::string_view name;
    for (const auto* part = &certificate.subject; part != nullptr; part = part->next) {
        if (text_of(part->oid) == std::string_view(MBEDTLS_OID_AT_CN)) name = text_of(part->val);
    }
    return name;
}

}  // namespace dim::tls
