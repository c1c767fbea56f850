#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/tls/client_settings.hpp"
#include "libdim/tls/server_settings.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dim::tls {

/// Whether a step is finished, or what the socket must be ready for before it is called again.
enum class Progress { done, want_read, want_write };

struct Transfer {
    Progress progress = Progress::done;
    std::size_t size = 0;  ///< bytes moved when done
};

/// A certificate that the other side has shown, and has the key of.
struct PeerCertificate {
    std::string common_name;
    std::string fingerprint;  ///< SHA-256, lower-case hexadecimal

    bool operator==(const PeerCertificate&) const = default;
};

/// A TLS session over a connected, non-blocking socket that the caller keeps open, where it is, and
/// waits on. No call blocks. Errors say whose fault it is in words: permission_denied when the
/// other side does not trust us or we do not trust it, unavailable when the connection broke,
/// invalid_input when the peer does not speak TLS as we do. After an error the session is of no
/// more use.
class [[nodiscard]] Session {
public:
    /// SETTINGS must outlive the session.
    static Result<Session> accept(const ServerSettings& settings, const sys::Fd& socket);
    /// SERVER_NAME must be among the certificate's dNSNames.
    static Result<Session> connect(const ClientSettings& settings, const std::string& server_name,
                                   const sys::Fd& socket);
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    ~Session();

    Result<Progress> handshake();
    /// Done with size 0: the peer said close_notify, all it sent has been read. Errors: unavailable
    /// when the connection ended without.
    Result<Transfer> read(std::span<char> buffer);
    /// Repeat with the same bytes after want_…. Done may have moved fewer than given.
    Result<Transfer> write(std::string_view bytes);
    Result<Progress> close_notify();

    /// The other side's, when an authority that we trust issued it. Nothing before the handshake,
    /// and when there is none, or one of somebody else.
    std::optional<PeerCertificate> peer_certificate() const;

    /// "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256"; empty before the handshake.
    std::string cipher_suite() const;

    struct State;  ///< for this library's own sources

private:
    explicit Session(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::tls
