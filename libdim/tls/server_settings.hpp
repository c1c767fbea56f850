#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/random.hpp"
#include "libdim/tls/secret_text.hpp"

#include <memory>
#include <string_view>

namespace dim::tls {

/// What every session of a server shares: TLS 1.2, ECDHE-ECDSA with AES-GCM or ChaCha20-Poly1305,
/// nothing else. RANDOM must outlive it. Not part of the agent.
class [[nodiscard]] ServerSettings {
public:
    /// With TRUSTED_PEM, clients are asked for a certificate that one of these authorities issued:
    /// see Session::peer_certificate. Who has none is let in all the same, and no clock is asked
    /// how old it is. Errors: invalid_input
    /// when the key does not fit the certificate.
    static Result<ServerSettings> create(Random& random, std::string_view certificate_pem,
                                         const SecretText& key_pem,
                                         std::string_view trusted_pem = "");
    ServerSettings(ServerSettings&&) noexcept;
    ServerSettings& operator=(ServerSettings&&) noexcept;
    ~ServerSettings();

private:
    friend class Session;
    struct State;
    explicit ServerSettings(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::tls
