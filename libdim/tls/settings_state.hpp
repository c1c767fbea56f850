#pragma once

#include "libdim/tls/client_settings.hpp"
#include "libdim/tls/mbedtls_owned.hpp"
#include "libdim/tls/server_settings.hpp"

#include <cstdint>

/// What is behind the settings, for this library's own sources.
namespace dim::tls {

/// What is wrong about the time of a certificate.
inline constexpr std::uint32_t kTimeFlags =
    MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;

struct ServerSettings::State {
    OwnedConfiguration configuration;
    OwnedCertificate certificate;
    OwnedKey key;
    OwnedCertificate trusted;  ///< who may issue what clients show; empty: they are not asked
};

struct ClientSettings::State {
    OwnedConfiguration configuration;
    OwnedCertificate authority;
    OwnedCertificate certificate;  ///< our own, if we have one
    OwnedKey key;
    bool is_clock_wrong = false;
    bool ignores_times = false;
};

}  // namespace dim::tls
