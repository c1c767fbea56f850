#include "libdim/sys/fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace dim::sys {

void Fd::reset() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Result<Pipe> pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Error::from_errno(errno, "pipe"));
    return Pipe{Fd(ends[0]), Fd(ends[1])};
}

Result<Fd> dup(const Fd& fd) {
    const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3);
    if (copy < 0) return fail(Error::from_errno(errno, "duplicate descriptor"));
    return Fd(copy);
}

Result<void> set_nonblocking(const Fd& fd) {
    const int flags = ::fcntl(fd.get(), F_GETFL);
    if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0)
        return fail(Error::from_errno(errno, "set descriptor non-blocking"));
    return {};
}

}  // namespace dim::sys
