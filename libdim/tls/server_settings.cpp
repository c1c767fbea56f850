#include "libdim/tls/server_settings.hpp"

#include "libdim/tls/mbedtls_error.hpp"
#include "libdim/tls/parse_certificate.hpp"
#include "libdim/tls/parse_key.hpp"
#include "libdim/tls/restrict_protocol.hpp"
#include "libdim/tls/settings_state.hpp"
#include "libdim/tls/signing_key.hpp"

#include <mbedtls/ctr_drbg.h>

namespace dim::tls {

namespace {

int ignore_times(void*, mbedtls_x509_crt*, int, std::uint32_t* flags) {
    *flags &= ~kTimeFlags;
    return 0;
}

}  // namespace

ServerSettings::ServerSettings(std::unique_ptr<State> state) : state_(std::move(state)) {}
ServerSettings::ServerSettings(ServerSettings&&) noexcept = default;
ServerSettings& ServerSettings::operator=(ServerSettings&&) noexcept = default;
ServerSettings::~ServerSettings() = default;

Result<ServerSettings> ServerSettings::create(Random& random, std::string_view certificate_pem,
                                              const SecretText& key_pem,
                                              std::string_view trusted_pem) {
    auto state = std::make_unique<State>();
    DIM_CHECK(parse_certificate(certificate_pem, state->certificate.get()));
    OwnedKey key;
    DIM_CHECK(parse_key(key_pem, *state->certificate.get(), key.get()));
    DIM_CHECK(make_signing_key(*key.get(), random, state->key.get()));

    mbedtls_ssl_config* configuration = state->configuration.get();
    int error =
        mbedtls_ssl_config_defaults(configuration, MBEDTLS_SSL_IS_SERVER,
                                    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "set up TLS", error));
    restrict_protocol(configuration);
    mbedtls_ssl_conf_rng(configuration, mbedtls_ctr_drbg_random, random.context());
    mbedtls_ssl_conf_authmode(configuration, MBEDTLS_SSL_VERIFY_NONE);
    if (!trusted_pem.empty()) {
        DIM_CHECK(parse_certificate(trusted_pem, state->trusted.get()));
        mbedtls_ssl_conf_authmode(configuration, MBEDTLS_SSL_VERIFY_OPTIONAL);
        mbedtls_ssl_conf_ca_chain(configuration, state->trusted.get(), nullptr);
        mbedtls_ssl_conf_verify(configuration, ignore_times, nullptr);
    }
    error = mbedtls_ssl_conf_own_cert(configuration, state->certificate.get(), state->key.get());
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "set up TLS", error));
    return ServerSettings(std::move(state));
}

}  // namespace dim::tls
