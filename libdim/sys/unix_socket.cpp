#include "libdim/sys/directory.hpp"
#include "libdim/sys/socket.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace dim::sys {

namespace {

constexpr int kBacklog = 128;

Result<sockaddr_un> unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return fail(ErrorCode::invalid_input,
                    "'" + path.substr(0, 200) + "' is too long for the path of a socket");
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

Result<Fd> unix_socket() {
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail(Error::from_errno(errno, "make a Unix socket"));
    return socket;
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
    if (connect_unix(path, Deadline::in(std::chrono::seconds(1))))
        return fail(ErrorCode::conflict, "another process listens on " + path);
    return unlink(path);
}

}  // namespace

Result<Fd> connect_unix(const std::string& path, const Deadline& deadline) {
    DIM_TRY(const sockaddr_un address, unix_address(path));
    DIM_TRY(Fd socket, unix_socket());
    for (;;) {
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0) {
            return socket;
        }
        // EAGAIN: the server's queue is full, which poll(2) does not wait for.
        if (errno != EAGAIN && errno != EINTR)
            return fail(Error::from_errno(errno, "connect to " + path));
        if (deadline.has_passed())
            return fail(ErrorCode::timed_out, "connect to " + path + ": its queue stays full");
        sleep_for(std::chrono::milliseconds(10));
    }
}

Result<Fd> listen_unix(const std::string& path, mode_t mode) {
    DIM_TRY(const sockaddr_un address, unix_address(path));
    DIM_CHECK(remove_stale(path));
    DIM_TRY(Fd socket, unix_socket());
    // Nobody can connect before listen, so not before the mode is set either.
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail(Error::from_errno(errno, "listen on " + path));
    }
    DIM_CHECK(chmod(path, mode));
    if (::listen(socket.get(), kBacklog) != 0)
        return fail(Error::from_errno(errno, "listen on " + path));
    return socket;
}

}  // namespace dim::sys
