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
    constexpr off_t kBufferBytes = off_t{256} << 10;
    std::vector<char> buffer(static_cast<std::size_t>(std::min(kBufferBytes, end - offset)));
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

/// Calls VISIT(offset, end) for each part of the first SIZE bytes of FILE that is not a hole.
template <class Visit>
Result<void> visit_data(const Fd& file, std::uint64_t size, Visit visit) {
    const auto end = static_cast<off_t>(size);
    for (off_t offset = 0; offset < end;) {
        const off_t data = ::lseek(file.get(), offset, SEEK_DATA);
        if (data < 0 && errno == ENXIO) break;  // nothing but a hole is left
        if (data < 0) return fail(Error::from_errno(errno, "find data"));
        const off_t hole = ::lseek(file.get(), data, SEEK_HOLE);
        if (hole < 0) return fail(Error::from_errno(errno, "find hole"));
        DIM_CHECK(visit(data, std::min(hole, end)));
        offset = hole;
    }
    return {};
}

}  // namespace

Result<void> reflink(const Fd& from, const Fd& to) {
    if (::ioctl(to.get(), FICLONE, from.get()) == 0) return {};
    return fail(Error::from_errno(errno, "share blocks"));
}

Result<CopyMethod> copy_file(const Fd& from, const Fd& to) {
    if (reflink(from, to)) return CopyMethod::reflink;
    DIM_TRY(const FileStatus status, fstat(from));
    // To truncate a new file costs, too: ext4 writes it out when it is closed then.
    DIM_TRY(const FileStatus before, fstat(to));
    if (before.size != 0) DIM_CHECK(ftruncate(to, 0));
    off_t copied = 0;
    DIM_CHECK(visit_data(from, status.size, [&](off_t offset, off_t end) {
        copied = end;
        return copy_range(from, to, offset, end);
    }));
    if (static_cast<std::uint64_t>(copied) < status.size) DIM_CHECK(ftruncate(to, status.size));
    return CopyMethod::sparse_copy;
}

Result<std::uint64_t> data_bytes(const Fd& file) {
    DIM_TRY(const FileStatus status, fstat(file));
    std::uint64_t bytes = 0;
    DIM_CHECK(visit_data(file, status.size, [&](off_t offset, off_t end) -> Result<void> {
        bytes += static_cast<std::uint64_t>(end - offset);
        return {};
    }));
    return bytes;
}

}  // namespace dim::sys
