#include "libdim/sys/socket_pair.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace dim::sys {

Result<SocketPair> socket_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return fail(Error::from_errno(errno, "make a pair of sockets"));
    return SocketPair{Fd(ends[0]), Fd(ends[1])};
}

}  // namespace dim::sys
