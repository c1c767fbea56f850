#include "libdim/sys/write_out.hpp"

#include <cerrno>
#include <fcntl.h>

namespace dim::sys {

namespace {

Result<void> write_out(const Fd& fd, unsigned flags) {
    if (::sync_file_range(fd.get(), 0, 0, flags) == 0) return {};
    return fail(Error::from_errno(errno, "write out"));
}

}  // namespace

Result<void> start_write_out(const Fd& fd) { return write_out(fd, SYNC_FILE_RANGE_WRITE); }

Result<void> finish_write_out(const Fd& fd) {
    return write_out(fd, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                             SYNC_FILE_RANGE_WAIT_AFTER);
}

}  // namespace dim::sys
