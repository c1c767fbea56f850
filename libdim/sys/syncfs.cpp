#include "libdim/sys/syncfs.hpp"

#include <cerrno>
#include <unistd.h>

namespace dim::sys {

Result<void> syncfs(int fd) {
    if (::syncfs(fd) != 0) return fail(Error::from_errno(errno, "syncfs"));
    return {};
}

}  // namespace dim::sys
