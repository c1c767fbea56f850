#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace dim::sys {

/// "10.0.0.1:4711" for messages. ADDRESS in host byte order, as everywhere here.
std::string endpoint_text(std::uint32_t address, std::uint16_t port);

/// Connected, non-blocking, TCP_NODELAY. Errors: timed_out, unavailable.
Result<Fd> connect_tcp(std::uint32_t address, std::uint16_t port, const Deadline& deadline);
/// Listening, non-blocking. ADDRESS 0 is all; DEVICE, unless empty, is the only interface it takes
/// connections from; PORT 0 lets the kernel choose.
Result<Fd> listen_tcp(std::uint32_t address, std::uint16_t port, const std::string& device = "");

/// Connected, non-blocking. Errors: not_found when there is no socket, unavailable when nobody
/// listens on it.
Result<Fd> connect_unix(const std::string& path, const Deadline& deadline);
/// Listening, non-blocking; a socket that nobody listens on any more is replaced. Errors: conflict
/// when somebody does, invalid_input for a path above 107 bytes.
Result<Fd> listen_unix(const std::string& path, mode_t mode);

/// The next connection, non-blocking; nothing when there is none yet.
Result<std::optional<Fd>> accept(int listener);

struct InternetEndpoint {
    std::uint32_t address = 0;
    std::uint16_t port = 0;
    bool operator==(const InternetEndpoint&) const = default;
};
Result<InternetEndpoint> peer_endpoint(int socket);
Result<InternetEndpoint> local_endpoint(int socket);

struct PeerCredentials {
    pid_t pid = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    bool operator==(const PeerCredentials&) const = default;
};
/// Of the process that connected a Unix socket (SO_PEERCRED).
Result<PeerCredentials> peer_credentials(int socket);

/// What is there without waiting: 0 bytes at the end of the stream, nothing when it would block.
Result<std::optional<std::size_t>> receive(int socket, std::span<char> buffer);
/// As much as fits without waiting, never a SIGPIPE; nothing when it would block.
Result<std::optional<std::size_t>> send(int socket, std::string_view bytes);
/// Says that nothing more will be sent.
Result<void> shutdown_write(int socket);

enum class Readiness { readable, writable };
/// Waits until FD is ready, or has failed. Errors: timed_out.
Result<void> poll(int fd, Readiness readiness, const Deadline& deadline);

}  // namespace dim::sys
