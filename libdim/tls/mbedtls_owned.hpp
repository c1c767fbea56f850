#pragma once

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

namespace dim::tls {

/// The owner of an mbedTLS structure; it does not move, because such structures may not.
template <class T, void (*initialize)(T*), void (*release)(T*)>
class [[nodiscard]] Owned {
public:
    Owned() { initialize(&value_); }
    ~Owned() { release(&value_); }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;

    T* get() { return &value_; }
    const T* get() const { return &value_; }
    T* operator->() { return &value_; }
    const T* operator->() const { return &value_; }

private:
    T value_;
};

using OwnedCertificate = Owned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;
using OwnedKey = Owned<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;
using OwnedConfiguration =
    Owned<mbedtls_ssl_config, mbedtls_ssl_config_init, mbedtls_ssl_config_free>;
using OwnedSsl = Owned<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free>;

}  // namespace dim::tls
