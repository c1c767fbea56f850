#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/random.hpp"
#include "libdim/tls/secret_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::tls {

inline constexpr std::size_t kSubjectNamesLimit = 64;

/// Seconds since 1970, both inclusive.
struct Validity {
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
};

/// What a program shows to prove who it is.
struct Identity {
    std::string certificate_pem;
    SecretText key_pem;
};

/// Whom a server certificate is for.
struct ServerNames {
    std::string common_name = {};               ///< at most 64 of letters, digits, '-', '.', '_'
    std::vector<std::string> dns_names = {};    ///< subjectAltName dNSName
    std::vector<std::uint32_t> addresses = {};  ///< subjectAltName iPAddress, host byte order
};

/// The cluster's own certificate authority (P-256). Not part of the agent.
class Authority {
public:
    /// A new key and a self-signed certificate with common name NAME.
    static Result<Authority> create(Random& random, const std::string& name, Validity validity);
    /// Errors: invalid_input for text that is no PEM, or when the key is not the certificate's.
    static Result<Authority> load(std::string certificate_pem, SecretText key_pem);

    const std::string& certificate_pem() const { return certificate_pem_; }
    const SecretText& key_pem() const { return key_pem_; }

    /// A new key and a certificate for it: serverAuth, random 128-bit serial number. Errors:
    /// invalid_input for a name that cannot be one.
    Result<Identity> issue_server(Random& random, const ServerNames& names,
                                  Validity validity) const;

    /// The certificate of a server that others ask, and that asks others: for its public key, with
    /// common name and dNSName NAME, serverAuth and clientAuth. That it has the private key is for
    /// each handshake to show. Errors: invalid_input for a name that cannot be one, or what is no
    /// P-256 key.
    Result<std::string> issue_peer(Random& random, const std::string& name,
                                   std::string_view public_key_pem, Validity validity) const;

private:
    Authority(std::string certificate_pem, SecretText key_pem)
        : certificate_pem_(std::move(certificate_pem)), key_pem_(std::move(key_pem)) {}
    std::string certificate_pem_;
    SecretText key_pem_;
};

}  // namespace dim::tls
