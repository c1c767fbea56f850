#include "libdim/sys/udp_socket.hpp"

#include "libdim/sys/poll.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>

namespace dim::sys {

Result<Fd> udp_socket() {
    Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return fail(Error::from_errno(errno, "UDP socket"));
    return fd;
}

namespace {

Result<void> bind_to(const Fd& socket, InternetEndpoint own) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(own.port);
    address.sin_addr.s_addr = htonl(own.address);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return {};
    return fail(Error::from_errno(errno, "listen on UDP " + endpoint_text(own.address, own.port)));
}

}  // namespace

Result<Fd> listen_udp(InternetEndpoint own) {
    DIM_TRY(Fd fd, udp_socket());
    DIM_CHECK(bind_to(fd, own));
    return fd;
}

Result<Fd> listen_udp_on(const std::string& interface, std::uint16_t port) {
    DIM_TRY(Fd fd, udp_socket());
    const int on = 1;
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on) != 0 ||
        ::setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                     static_cast<socklen_t>(interface.size() + 1)) != 0)
        return fail(Error::from_errno(errno, "listen on " + interface));
    DIM_CHECK(bind_to(fd, {.address = 0, .port = port}));
    return fd;
}

Result<void> send_datagram(const Fd& socket, std::string_view bytes, InternetEndpoint to) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    address.sin_addr.s_addr = htonl(to.address);
    for (;;) {
        const ssize_t count = ::sendto(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                                       reinterpret_cast<sockaddr*>(&address), sizeof address);
        if (count >= 0) return {};
        if (errno != EINTR)
            return fail(Error::from_errno(errno, "send to " + endpoint_text(to.address, to.port)));
    }
}

Result<std::optional<Datagram>> receive_datagram(const Fd& socket, std::span<char> buffer) {
    for (;;) {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        const ssize_t count = ::recvfrom(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT,
                                         reinterpret_cast<sockaddr*>(&address), &size);
        if (count >= 0) {
            return Datagram{static_cast<std::size_t>(count),
                            {ntohl(address.sin_addr.s_addr), ntohs(address.sin_port)}};
        }
        if (errno == EAGAIN) return std::nullopt;
        if (errno != EINTR) return fail(Error::from_errno(errno, "receive a datagram"));
    }
}

Result<Datagram> receive_datagram(const Fd& socket, std::span<char> buffer,
                                  const Deadline& deadline) {
    for (;;) {
        DIM_CHECK(poll(socket, Readiness::readable, deadline));
        DIM_TRY(const auto received, receive_datagram(socket, buffer));
        if (received) return *received;
    }
}

}  // namespace dim::sys
