#pragma once

#include "libdim/http/byte_stream.hpp"
#include "libdim/tls/session.hpp"

#include <memory>
#include <optional>
#include <string>

namespace dim::http {

/// A TLS session over a connected non-blocking socket, blocking until deadlines.
class [[nodiscard]] TlsStream final : public ByteStream {
public:
    /// Does the handshake as a client. SETTINGS must outlive the stream. Errors: those of
    /// tls::Session, timed_out.
    static Result<std::unique_ptr<TlsStream>> connect(const tls::ClientSettings& settings,
                                                      const std::string& server_name,
                                                      sys::Fd socket,
                                                      const sys::Deadline& deadline);
    /// Says close_notify if the socket takes it at once.
    ~TlsStream() override;

    Result<std::size_t> read(std::span<char> buffer, const sys::Deadline& deadline) override;
    Result<void> write(std::string_view bytes, const sys::Deadline& deadline) override;

    tls::Session& session() { return *session_; }
    const sys::Fd& socket() const { return socket_; }

private:
    explicit TlsStream(sys::Fd socket) : socket_(std::move(socket)) {}
    Result<void> wait(tls::Progress progress, const sys::Deadline& deadline);

    sys::Fd socket_;
    std::optional<tls::Session> session_;  ///< always, once connected
};

}  // namespace dim::http
