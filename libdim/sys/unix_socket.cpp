#include "libdim/sys/unix_socket.hpp"

#include "libdim/sys/directory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

namespace dim::sys {

namespace {

constexpr int kUnixBacklog = 128;

Result<sockaddr_un> unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return fail(ErrorCode::invalid_input,
                    "'" + path.substr(0, 200) + "' is too long for the path of a socket");
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

Result<Fd> unix_socket(int flags) {
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!socket) return fail(Error::from_errno(errno, "make a Unix socket"));
    return socket;
}

Result<void> set_send_timeout(const Fd& socket, const Deadline& deadline) {
    timeval time{};  // zero: none
    if (!deadline.is_never()) {
        const auto left = std::max(deadline.poll_timeout(), 1);
        time.tv_sec = left / 1000;
        time.tv_usec = (left % 1000) * 1000L;
    }
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) != 0)
        return fail(Error::from_errno(errno, "set the timeout of a socket"));
    return {};
}

/// Removes the socket of a server that is gone.
Result<void> remove_stale(const std::string& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return {};
        return fail(Error::from_errno(errno, path));
    }
    if (!S_ISSOCK(status.st_mode))
        return fail(ErrorCode::conflict, path + " is in the way: it is no socket");
    const auto connected = connect_unix(path, Deadline::in(std::chrono::seconds(1)));
    // Whoever has a full queue listens.
    if (connected || connected.error().code() == ErrorCode::timed_out)
        return fail(ErrorCode::conflict, "another process listens on " + path);
    return unlink(path);
}

}  // namespace

Result<Fd> connect_unix(const std::string& path, const Deadline& deadline) {
    DIM_TRY(const sockaddr_un address, unix_address(path));
    DIM_TRY(Fd socket, unix_socket(0));
    for (;;) {
        // poll(2) does not wait for a place in the server's queue; connect(2) does, as long as a
        // send may take (socket(7), SO_SNDTIMEO).
        DIM_CHECK(set_send_timeout(socket, deadline));
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0) {
            break;
        }
        if (errno == EAGAIN)
            return fail(ErrorCode::timed_out, "connect to " + path + ": its queue stays full");
        if (errno != EINTR) return fail(Error::from_errno(errno, "connect to " + path));
    }
    DIM_CHECK(set_nonblocking(socket));
    return socket;
}

Result<Fd> listen_unix(const std::string& path, mode_t mode) {
    DIM_TRY(const sockaddr_un address, unix_address(path));
    DIM_CHECK(remove_stale(path));
    DIM_TRY(Fd socket, unix_socket(SOCK_NONBLOCK));
    // Nobody can connect before listen, so not before the mode is set either.
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail(Error::from_errno(errno, "listen on " + path));
    }
    DIM_CHECK(chmod(path, mode));
    if (::listen(socket.get(), kUnixBacklog) != 0)
        return fail(Error::from_errno(errno, "listen on " + path));
    return socket;
}

Result<PeerCredentials> peer_credentials(const Fd& socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return fail(Error::from_errno(errno, "credentials of the peer"));
    return PeerCredentials{credentials.pid, credentials.uid, credentials.gid};
}

}  // namespace dim::sys
