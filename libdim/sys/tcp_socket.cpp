#include "libdim/sys/tcp_socket.hpp"

#include "libdim/sys/poll.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace dim::sys {

namespace {

// Connections that wait to be accepted; the kernel cuts it to net.core.somaxconn.
constexpr int kTcpBacklog = 4096;

sockaddr_in socket_address(std::uint32_t address, std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_addr.s_addr = htonl(address);
    result.sin_port = htons(port);
    return result;
}

Result<Fd> tcp_socket() {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail(Error::from_errno(errno, "make a TCP socket"));
    return socket;
}

Result<void> set_option(const Fd& socket, int level, int option, int value) {
    if (::setsockopt(socket.get(), level, option, &value, sizeof value) != 0)
        return fail(Error::from_errno(errno, "set socket option"));
    return {};
}

Result<InternetEndpoint> endpoint(int result, const sockaddr_in& address) {
    if (result != 0) return fail(Error::from_errno(errno, "address of a socket"));
    if (address.sin_family != AF_INET)
        return fail(ErrorCode::invalid_input, "not the socket of an IPv4 connection");
    return InternetEndpoint{ntohl(address.sin_addr.s_addr), ntohs(address.sin_port)};
}

/// SOURCE_PORT 0: any.
Result<Fd> connect_from(std::uint16_t source_port, std::uint32_t address, std::uint16_t port,
                        const Deadline& deadline) {
    const std::string where = "connect to " + endpoint_text(address, port);
    DIM_TRY(Fd socket, tcp_socket());
    DIM_CHECK(set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1));
    const sockaddr_in own = socket_address(INADDR_ANY, source_port);
    if (source_port != 0 &&
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
        return fail(Error::from_errno(errno, where + " from port " + std::to_string(source_port)));
    }
    const sockaddr_in target = socket_address(address, port);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0)
        return socket;
    if (errno != EINPROGRESS && errno != EINTR) return fail(Error::from_errno(errno, where));
    if (auto ready = poll(socket, Readiness::writable, deadline); !ready)
        return fail(std::move(ready).error().with_context(where));
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return fail(Error::from_errno(error, where));
    return socket;
}

/// Another socket has the port, or a connection of before to the same server still lingers there.
bool is_port_taken(const Error& error) {
    return error.system_errno() == EADDRINUSE || error.system_errno() == EADDRNOTAVAIL;
}

}  // namespace

Result<Fd> connect_tcp(std::uint32_t address, std::uint16_t port, const Deadline& deadline) {
    return connect_from(0, address, port, deadline);
}

Result<Fd> connect_tcp(std::uint32_t address, std::uint16_t port, PortRange ports,
                       const Deadline& deadline) {
    const int count = ports.last - ports.first + 1;
    const auto start = static_cast<int>(monotonic_us() % count);
    for (int tried = 0; tried < count; ++tried) {
        const auto source = static_cast<std::uint16_t>(ports.first + (start + tried) % count);
        auto socket = connect_from(source, address, port, deadline);
        if (socket || !is_port_taken(socket.error())) return socket;
    }
    return fail(ErrorCode::conflict, "connect to " + endpoint_text(address, port) + ": the ports " +
                                         std::to_string(ports.first) + " to " +
                                         std::to_string(ports.last) + " are all in use");
}

Result<void> notice_silence(const Fd& socket, std::chrono::seconds patience) {
    constexpr int kProbes = 3;
    const int seconds = static_cast<int>(patience.count());
    const int pause = std::max(1, seconds / kProbes);
    DIM_CHECK(set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1));
    DIM_CHECK(set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, pause));
    DIM_CHECK(set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, pause));
    DIM_CHECK(set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, kProbes));
    return set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, seconds * 1000);
}

Result<Fd> listen_tcp(std::uint32_t address, std::uint16_t port, const std::string& device) {
    const std::string where = "listen on " + endpoint_text(address, port);
    DIM_TRY(Fd socket, tcp_socket());
    DIM_CHECK(set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1));
    // Inherited by what is accepted: answers are written whole.
    DIM_CHECK(set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1));
    if (!device.empty() && ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, device.data(),
                                        static_cast<socklen_t>(device.size())) != 0) {
        return fail(Error::from_errno(errno, "listen on interface " + device));
    }
    const sockaddr_in own = socket_address(address, port);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
        ::listen(socket.get(), kTcpBacklog) != 0) {
        return fail(Error::from_errno(errno, where));
    }
    return socket;
}

Result<InternetEndpoint> peer_endpoint(const Fd& socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    return endpoint(::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&address), &size),
                    address);
}

Result<InternetEndpoint> local_endpoint(const Fd& socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    return endpoint(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size),
                    address);
}

}  // namespace dim::sys
