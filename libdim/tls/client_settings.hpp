#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/random.hpp"
#include "libdim/tls/secret_text.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dim::tls {

/// What every session of a client shares. The server must show a serverAuth certificate of the
/// cluster's authority, or of one of several while it is being replaced, for the name given to
/// Session::connect. A clock earlier than any of their notBefore is plainly wrong (blades have dead
/// batteries): then, and only then, expired and not-yet-valid certificates are accepted. RANDOM
/// must outlive it.
class [[nodiscard]] ClientSettings {
public:
    /// AUTHORITY_PEM: one certificate after the other. Errors: invalid_input when one is none.
    static Result<ClientSettings> create(Random& random, std::string_view authority_pem);
    ClientSettings(ClientSettings&&) noexcept;
    ClientSettings& operator=(ClientSettings&&) noexcept;
    ~ClientSettings();

    /// Sessions to come show this certificate to a server that asks for one, and take certificates
    /// of any time: who is known by name is known by fingerprint, too (Session::peer_certificate),
    /// and does not become a stranger by a wrong clock. Call it once. Not part of the agent.
    /// Errors: invalid_input when the key does not fit the certificate.
    Result<void> identify_as(Random& random, std::string_view certificate_pem,
                             const SecretText& key_pem);

    /// True when validity times are not checked, for the log.
    bool is_clock_wrong() const;
    /// SHA-256 of each authority's certificate, as CertificateInfo has it.
    std::vector<std::string> fingerprints() const;

private:
    friend class Session;
    struct State;
    explicit ClientSettings(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::tls
