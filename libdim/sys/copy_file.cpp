#include "libdim/sys/copy_file.hpp"

#include "libdim/sys/file.hpp"

#include <algorithm>
#include <cerrno>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

namespace dim::sys {

namespace {

Result<void> copy_by_hand(const Fd& from, const Fd& to, off_t offset, off_t end) {
    std::vector<char> buffer(256 * 1024);
    while (offset < end) {
        const std::size_t want = std::min(buffer.size(), static_cast<std::size_t>(end - offset));
        const ssize_t got = ::pread(from.get(), buffer.data(), want, offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(Error::from_errno(errno, "read while copying"));
        if (got == 0) return fail(ErrorCode::conflict, "file became shorter while it was copied");
        for (ssize_t done = 0; done < got;) {
            const ssize_t put = ::pwrite(to.get(), buffer.data() + done,
                                         static_cast<std::size_t>(got - done), offset + done);
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return fail(Error::from_errno(errno, "write while copying"));
            done += put;
        }
        offset += got;
    }
    return {};
}

Result<void> copy_range(const Fd& from, const Fd& to, off_t offset, off_t end) {
    while (offset < end) {
        off_t in = offset;
        off_t out = offset;
        const ssize_t count = ::copy_file_range(from.get(), &in, to.get(), &out,
                                                static_cast<std::size_t>(end - offset), 0);
        if (count > 0) {
            offset += count;
        } else if (count == 0 || errno == EXDEV || errno == ENOSYS || errno == EOPNOTSUPP ||
                   errno == EINVAL) {
            return copy_by_hand(from, to, offset, end);
        } else if (errno != EINTR) {
            return fail(Error::from_errno(errno, "copy"));
        }
    }
    return {};
}

}  // namespace

Result<CopyMethod> copy_file(const Fd& from, const Fd& to) {
    if (::ioctl(to.get(), FICLONE, from.get()) == 0) return CopyMethod::reflink;
    DIM_TRY(const FileStatus status, fstat(from));
    const auto size = static_cast<off_t>(status.size);
    DIM_CHECK(ftruncate(to, 0));
    DIM_CHECK(ftruncate(to, status.size));
    for (off_t offset = 0; offset < size;) {
        const off_t data = ::lseek(from.get(), offset, SEEK_DATA);
        if (data < 0 && errno == ENXIO) break;  // nothing but a hole is left
        if (data < 0) return fail(Error::from_errno(errno, "find data"));
        const off_t hole = ::lseek(from.get(), data, SEEK_HOLE);
        if (hole < 0) return fail(Error::from_errno(errno, "find hole"));
        DIM_CHECK(copy_range(from, to, data, std::min(hole, size)));
        offset = hole;
    }
    return CopyMethod::sparse_copy;
}

}  // namespace dim::sys
