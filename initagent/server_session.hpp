#pragma once

#include "libdim/http/byte_stream.hpp"
#include "libdim/http/message.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/tls/client_settings.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace dim::agent {

/// Where the image server is and how it is to be known.
struct ServerEndpoint {
    model::Ipv4Address address;
    std::uint16_t port = 0;
    std::string name;  ///< in its certificate
};

/// Connected, for ServerSession::start, from a port that only root has: the server hears nobody
/// else. Errors carry a cure.
Result<sys::Fd> connect_to_server(const ServerEndpoint& endpoint, const sys::Deadline& deadline);

/// A conversation with the image server on one connection: JSON posted, JSON answered. Not usable
/// after an error, when is_open() is false.
class [[nodiscard]] ServerSession {
public:
    /// Does the TLS handshake. TLS must outlive the session.
    static Result<ServerSession> start(const ServerEndpoint& endpoint,
                                       const tls::ClientSettings& tls, sys::Fd socket,
                                       const sys::Deadline& deadline);
    explicit ServerSession(std::unique_ptr<http::ByteStream> stream) : stream_(std::move(stream)) {}

    /// Posts and waits for the answer's body. Errors: a refusal by the server as it explained it
    /// (the session goes on), timed_out, unavailable, invalid_input.
    Result<std::string> exchange(const std::string& target, std::string body,
                                 const sys::Deadline& deadline);
    /// Posts without waiting; the answer is read, and forgotten, by the next exchange.
    Result<void> send(const std::string& target, std::string body, const sys::Deadline& deadline);

    bool is_open() const { return stream_ != nullptr; }
    /// What the server asked for with its last refusal.
    std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

private:
    Result<void> write(const std::string& target, std::string body, const sys::Deadline& deadline);
    Result<http::Response> read_response(const sys::Deadline& deadline);
    Result<http::Response> receive(const sys::Deadline& deadline);

    std::unique_ptr<http::ByteStream> stream_;
    std::string unread_;
    std::size_t unanswered_ = 0;
    std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace dim::agent
