#include "libdim/sys/punch_zeros.hpp"

#include "libdim/sys/file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace dim::sys {

namespace {

constexpr std::size_t kPiece = 64 * 1024;

Result<void> punch(const Fd& fd, off_t begin, off_t end) {
    if (begin == end) return {};
    if (::fallocate(fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, begin, end - begin) !=
            0 &&
        errno != EOPNOTSUPP) {
        return fail(Error::from_errno(errno, "punch hole"));
    }
    return {};
}

}  // namespace

Result<void> punch_zeros(const Fd& fd) {
    DIM_TRY(const FileStatus status, fstat(fd));
    const auto size = static_cast<off_t>(status.size);
    std::vector<char> piece(kPiece);
    off_t zeros_begin = 0;
    for (off_t offset = 0; offset < size;) {
        // What is no data reads as zeros, whether it takes space or not.
        const off_t data = ::lseek(fd.get(), offset, SEEK_DATA);
        if (data < 0 && errno != ENXIO) return fail(Error::from_errno(errno, "find data"));
        if (data < 0) break;
        offset = std::max(offset, data / static_cast<off_t>(kPiece) * static_cast<off_t>(kPiece));
        const ssize_t count = ::pread(fd.get(), piece.data(), piece.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return fail(Error::from_errno(count < 0 ? errno : EIO, "read"));
        const bool is_zero =
            std::all_of(piece.begin(), piece.begin() + count, [](char c) { return c == '\0'; });
        if (!is_zero) {
            DIM_CHECK(punch(fd, zeros_begin, offset));
            zeros_begin = offset + count;
        }
        offset += count;
    }
    return punch(fd, zeros_begin, size);
}

}  // namespace dim::sys
