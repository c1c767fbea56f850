#include "libdim/sys/file_owner.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace dim::sys {

Result<void> fchown(const Fd& fd, FileOwner owner) {
    if (::fchown(fd.get(), owner.user, owner.group) != 0)
        return fail(Error::from_errno(errno, "set owner"));
    return {};
}

Result<void> fchmod(const Fd& fd, mode_t mode) {
    if (::fchmod(fd.get(), mode) != 0) return fail(Error::from_errno(errno, "set mode"));
    return {};
}

}  // namespace dim::sys
