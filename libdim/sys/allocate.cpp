#include "libdim/sys/allocate.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/magic.h>
#include <sys/vfs.h>

namespace dim::sys {

Result<void> allocate(const Fd& fd, std::uint64_t size) {
    struct statfs info{};
    if (::fstatfs(fd.get(), &info) != 0) return fail(Error::from_errno(errno, "fstatfs"));
    if (info.f_type == BTRFS_SUPER_MAGIC) {
        return fail(ErrorCode::conflict, "btrfs writes every change to a new place, so no space "
                                         "can be reserved on it");
    }
    // Unsharing allocates, too; file systems that share no blocks do not know it.
    for (const int mode : std::array{FALLOC_FL_UNSHARE_RANGE, 0}) {
        int done = -1;
        do {
            done = ::fallocate(fd.get(), mode, 0, static_cast<off_t>(size));
        } while (done != 0 && errno == EINTR);
        if (done == 0) return {};
        if (errno != EOPNOTSUPP) break;
    }
    return fail(Error::from_errno(errno, "allocate space"));
}

}  // namespace dim::sys
