#include "libdim/sys/socket.hpp"

#include "libdim/sys/poll.hpp"

#include <cerrno>
#include <sys/sendfile.h>
#include <sys/socket.h>

namespace dim::sys {

Result<std::optional<Fd>> accept(const Fd& listener) {
    for (;;) {
        const int fd = ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
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

Result<std::optional<std::size_t>> receive(const Fd& socket, std::span<char> buffer) {
    for (;;) {
        const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EAGAIN) return std::nullopt;
        if (errno != EINTR) return fail(Error::from_errno(errno, "receive"));
    }
}

Result<std::optional<std::size_t>> send(const Fd& socket, std::string_view bytes) {
    for (;;) {
        const ssize_t count = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EAGAIN) return std::nullopt;
        if (errno != EINTR) return fail(Error::from_errno(errno, "send"));
    }
}

Result<std::optional<std::size_t>> send_file(const Fd& socket, const Fd& file, std::uint64_t offset,
                                             std::size_t size) {
    for (;;) {
        auto at = static_cast<off_t>(offset);
        const ssize_t count = ::sendfile(socket.get(), file.get(), &at, size);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EAGAIN) return std::nullopt;
        if (errno != EINTR) return fail(Error::from_errno(errno, "send a file"));
    }
}

Result<std::size_t> receive(const Fd& socket, std::span<char> buffer, const Deadline& deadline) {
    for (;;) {
        DIM_TRY(const auto count, receive(socket, buffer));
        if (count) return *count;
        DIM_CHECK(poll(socket, Readiness::readable, deadline));
    }
}

Result<void> send_all(const Fd& socket, std::string_view bytes, const Deadline& deadline) {
    while (!bytes.empty()) {
        DIM_TRY(const auto count, send(socket, bytes));
        if (count) {
            bytes.remove_prefix(*count);
        } else {
            DIM_CHECK(poll(socket, Readiness::writable, deadline));
        }
    }
    return {};
}

Result<void> shutdown_write(const Fd& socket) {
    if (::shutdown(socket.get(), SHUT_WR) != 0) return fail(Error::from_errno(errno, "shut down"));
    return {};
}

}  // namespace dim::sys
