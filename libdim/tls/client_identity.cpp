#include "libdim/tls/client_settings.hpp"
#include "libdim/tls/mbedtls_error.hpp"
#include "libdim/tls/parse_certificate.hpp"
#include "libdim/tls/parse_key.hpp"
#include "libdim/tls/settings_state.hpp"
#include "libdim/tls/signing_key.hpp"

namespace dim::tls {

Result<void> ClientSettings::identify_as(Random& random, std::string_view certificate_pem,
                                         const SecretText& key_pem) {
    DIM_CHECK(parse_certificate(certificate_pem, state_->certificate.get()));
    OwnedKey key;
    DIM_CHECK(parse_key(key_pem, *state_->certificate.get(), key.get()));
    DIM_CHECK(make_signing_key(*key.get(), random, state_->key.get()));
    const int error = mbedtls_ssl_conf_own_cert(state_->configuration.get(),
                                                state_->certificate.get(), state_->key.get());
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "set up TLS", error));
    state_->ignores_times = true;
    return {};
}

}  // namespace dim::tls
