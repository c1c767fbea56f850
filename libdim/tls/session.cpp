#include "libdim/tls/session.hpp"

#include "libdim/sys/socket.hpp"
#include "libdim/tls/certificate_text.hpp"
#include "libdim/tls/mbedtls_error.hpp"
#include "libdim/tls/parse_certificate.hpp"
#include "libdim/tls/session_state.hpp"
#include "libdim/tls/settings_state.hpp"

#include <mbedtls/net_sockets.h>

namespace dim::tls {

namespace {

int send_bytes(void* context, const unsigned char* bytes, std::size_t size) {
    auto* state = static_cast<Session::State*>(context);
    auto sent = sys::send(*state->socket, {reinterpret_cast<const char*>(bytes), size});
    if (sent && *sent) return static_cast<int>(**sent);
    if (sent) return MBEDTLS_ERR_SSL_WANT_WRITE;
    // A peer that refuses the first part of our flight says why and closes while we still send the
    // rest: go on as if that had gone out, to what it said.
    const bool is_shaking_hands = state->ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER;
    if (is_shaking_hands && sent.error().code() == ErrorCode::unavailable)
        return static_cast<int>(size);
    state->transport_error = std::move(sent).error();
    return MBEDTLS_ERR_NET_SEND_FAILED;
}

int receive_bytes(void* context, unsigned char* buffer, std::size_t size) {
    auto* state = static_cast<Session::State*>(context);
    auto received = sys::receive(*state->socket, {reinterpret_cast<char*>(buffer), size});
    if (received && *received) return static_cast<int>(**received);
    if (received) return MBEDTLS_ERR_SSL_WANT_READ;
    state->transport_error = std::move(received).error();
    return MBEDTLS_ERR_NET_RECV_FAILED;
}

/// What to wait for, or why the session has failed.
Result<Progress> progress(Session::State& state, int number) {
    switch (number) {
        case MBEDTLS_ERR_SSL_WANT_READ: return Progress::want_read;
        case MBEDTLS_ERR_SSL_WANT_WRITE: return Progress::want_write;
        // The description of an alert is the second byte of the message just received.
        case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: return fail(alert_failure(state.ssl->in_msg[1]));
        case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
            return fail(verification_failure(mbedtls_ssl_get_verify_result(state.ssl.get()),
                                             state.server_name));
        case MBEDTLS_ERR_SSL_CONN_EOF:
            return fail(ErrorCode::unavailable, "the peer closed the connection");
        case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
            return fail(ErrorCode::unavailable, "the peer ended the TLS session");
        case MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN:
        case MBEDTLS_ERR_SSL_NO_USABLE_CIPHERSUITE:
            return fail(ErrorCode::invalid_input, "the peer offers no cipher that we accept");
        case MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION:
            return fail(ErrorCode::invalid_input, "the peer does not speak TLS 1.2");
        case MBEDTLS_ERR_SSL_INVALID_RECORD:
        case MBEDTLS_ERR_SSL_BAD_HS_CLIENT_HELLO:
            return fail(ErrorCode::invalid_input, "the peer does not speak TLS");
        default: break;
    }
    if (state.transport_error) return fail(*state.transport_error);
    return fail(mbedtls_failure(ErrorCode::invalid_input, "TLS", number));
}

}  // namespace

Result<void> Session::State::set_up(const mbedtls_ssl_config* configuration) {
    const int error = mbedtls_ssl_setup(ssl.get(), configuration);
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "begin TLS", error));
    mbedtls_ssl_set_bio(ssl.get(), this, send_bytes, receive_bytes, nullptr);
    return {};
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::accept(const ServerSettings& settings, const sys::Fd& socket) {
    auto state = std::make_unique<State>();
    state->socket = &socket;
    DIM_CHECK(state->set_up(settings.state_->configuration.get()));
    return Session(std::move(state));
}

Result<Session> Session::connect(const ClientSettings& settings, const std::string& server_name,
                                 const sys::Fd& socket) {
    auto state = std::make_unique<State>();
    state->socket = &socket;
    state->server_name = server_name;
    DIM_CHECK(state->set_up(settings.state_->configuration.get()));
    const int error = mbedtls_ssl_set_hostname(state->ssl.get(), server_name.c_str());
    if (error != 0) return fail(mbedtls_failure(ErrorCode::invalid_input, "server name", error));
    return Session(std::move(state));
}

Result<Progress> Session::handshake() {
    const int result = mbedtls_ssl_handshake(state_->ssl.get());
    if (result == 0) return Progress::done;
    return progress(*state_, result);
}

Result<Transfer> Session::read(std::span<char> buffer) {
    const int result = mbedtls_ssl_read(
        state_->ssl.get(), reinterpret_cast<unsigned char*>(buffer.data()), buffer.size());
    if (result > 0) return Transfer{Progress::done, static_cast<std::size_t>(result)};
    if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) return Transfer{};
    if (result == 0) return fail(ErrorCode::unavailable, "the peer closed the connection");
    DIM_TRY(const Progress next, progress(*state_, result));
    return Transfer{.progress = next};
}

Result<Transfer> Session::write(std::string_view bytes) {
    if (bytes.empty()) return Transfer{};
    const int result = mbedtls_ssl_write(
        state_->ssl.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    if (result >= 0) return Transfer{Progress::done, static_cast<std::size_t>(result)};
    DIM_TRY(const Progress next, progress(*state_, result));
    return Transfer{.progress = next};
}

Result<Progress> Session::close_notify() {
    const int result = mbedtls_ssl_close_notify(state_->ssl.get());
    if (result == 0) return Progress::done;
    return progress(*state_, result);
}

std::optional<PeerCertificate> Session::peer_certificate() const {
    const mbedtls_ssl_context* ssl = state_->ssl.get();
    const mbedtls_x509_crt* certificate = mbedtls_ssl_get_peer_cert(ssl);
    if (certificate == nullptr || ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER ||
        mbedtls_ssl_get_verify_result(ssl) != 0)
        return std::nullopt;
    return PeerCertificate{.common_name = std::string(common_name_of(*certificate)),
                           .fingerprint = fingerprint_of(*certificate)};
}

std::string Session::cipher_suite() const {
    const char* name = mbedtls_ssl_get_ciphersuite(state_->ssl.get());
    return name == nullptr ? "" : name;
}

}  // namespace dim::tls
