#include "libdim/tls/client_settings.hpp"

#include "libdim/tls/mbedtls_error.hpp"
#include "libdim/tls/parse_certificate.hpp"
#include "libdim/tls/restrict_protocol.hpp"
#include "libdim/tls/settings_state.hpp"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/oid.h>

namespace dim::tls {

namespace {

/// Called for each certificate of the chain with what mbedTLS found wrong; DEPTH 0 is the server's.
int adjust_flags(void* ignores_times, mbedtls_x509_crt* certificate, int depth,
                 std::uint32_t* flags) {
    if (*static_cast<const bool*>(ignores_times)) *flags &= ~kTimeFlags;
    // mbedTLS takes a missing extension for "every use"; we do not.
    if (depth == 0 && (certificate->ext_types & MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE) == 0)
        *flags |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
    return 0;
}

}  // namespace

ClientSettings::ClientSettings(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClientSettings::ClientSettings(ClientSettings&&) noexcept = default;
ClientSettings& ClientSettings::operator=(ClientSettings&&) noexcept = default;
ClientSettings::~ClientSettings() = default;

bool ClientSettings::is_clock_wrong() const { return state_->is_clock_wrong; }

std::vector<std::string> ClientSettings::fingerprints() const {
    std::vector<std::string> list;
    for (const auto* each = state_->authority.get(); each != nullptr; each = each->next)
        list.push_back(fingerprint_of(*each));
    return list;
}

Result<ClientSettings> ClientSettings::create(Random& random, std::string_view authority_pem) {
    auto state = std::make_unique<State>();
    DIM_CHECK(parse_certificate(authority_pem, state->authority.get()));
    // The boot file is younger than every authority in it.
    for (const auto* each = state->authority.get(); each != nullptr; each = each->next)
        state->is_clock_wrong |= mbedtls_x509_time_is_future(&each->valid_from) != 0;

    mbedtls_ssl_config* configuration = state->configuration.get();
    const int error =
        mbedtls_ssl_config_defaults(configuration, MBEDTLS_SSL_IS_CLIENT,
                                    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "set up TLS", error));
    restrict_protocol(configuration);
#ifdef MBEDTLS_SSL_SESSION_TICKETS
    mbedtls_ssl_conf_session_tickets(configuration, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
    mbedtls_ssl_conf_rng(configuration, mbedtls_ctr_drbg_random, random.context());
    mbedtls_ssl_conf_authmode(configuration, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(configuration, state->authority.get(), nullptr);
    state->ignores_times = state->is_clock_wrong;
    mbedtls_ssl_conf_verify(configuration, adjust_flags, &state->ignores_times);
    return ClientSettings(std::move(state));
}

}  // namespace dim::tls
