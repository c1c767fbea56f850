#include "libdim/sys/socket.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace dim::sys {

std::string endpoint_text(std::uint32_t address, std::uint16_t port) {
    return std::to_string(address >> 24) + '.' + std::to_string(address >> 16 & 0xff) + '.' +
           std::to_string(address >> 8 & 0xff) + '.' + std::to_string(address & 0xff) + ':' +
           std::to_string(port);
}

Result<std::optional<Fd>> accept(int listener) {
    for (;;) {
        const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) return Fd(fd);
        switch (errno) {
            case EAGAIN: return std::nullopt;
            // The connection broke before we took it (accept(2)); the next may be good.
            case EINTR:
            case ECONNABORTED:
            case ENETDOWN:
            case EPROTO:
            case ENOPROTOOPT:
            case EHOSTDOWN:
            case ENONET:
            case EHOSTUNREACH:
            case ENETUNREACH: continue;
            default: return fail(Error::from_errno(errno, "accept a connection"));
        }
    }
}

Result<PeerCredentials> peer_credentials(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return fail(Error::from_errno(errno, "credentials of the peer"));
    return PeerCredentials{credentials.pid, credentials.uid, credentials.gid};
}

Result<std::optional<std::size_t>> receive(int socket, std::span<char> buffer) {
    for (;;) {
        const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EAGAIN) return std::nullopt;
        if (errno != EINTR) return fail(Error::from_errno(errno, "receive"));
    }
}

Result<std::optional<std::size_t>> send(int socket, std::string_view bytes) {
    for (;;) {
        const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EAGAIN) return std::nullopt;
        if (errno != EINTR) return fail(Error::from_errno(errno, "send"));
    }
}

Result<void> shutdown_write(int socket) {
    if (::shutdown(socket, SHUT_WR) != 0) return fail(Error::from_errno(errno, "shut down"));
    return {};
}

}  // namespace dim::sys
