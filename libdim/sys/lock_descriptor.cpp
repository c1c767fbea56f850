#include "libdim/sys/lock_descriptor.hpp"

#include <cerrno>
#include <sys/file.h>

namespace dim::sys {

Result<void> lock_descriptor(int fd) {
    for (;;) {
        if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
        if (errno == EWOULDBLOCK) return fail(ErrorCode::conflict, "somebody else holds the lock");
        if (errno != EINTR) return fail(Error::from_errno(errno, "flock"));
    }
}

}  // namespace dim::sys
