#include "libdim/sys/resize_ext4.hpp"

#include <cerrno>
#include <sys/ioctl.h>

// linux/ext4.h, which older headers lack.
#ifndef EXT4_IOC_RESIZE_FS
#define EXT4_IOC_RESIZE_FS _IOW('f', 16, std::uint64_t)
#endif

namespace dim::sys {

Result<void> resize_ext4(const Fd& fd, std::uint64_t blocks) {
    if (::ioctl(fd.get(), EXT4_IOC_RESIZE_FS, &blocks) == 0) return {};
    return fail(Error::from_errno(errno, "resize ext4"));
}

}  // namespace dim::sys
