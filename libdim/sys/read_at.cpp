#include "libdim/sys/read_at.hpp"

#include <cerrno>
#include <unistd.h>

namespace dim::sys {

Result<std::size_t> read_at(int fd, std::span<char> buffer, std::uint64_t offset) {
    for (;;) {
        const ssize_t count = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) return fail(Error::from_errno(errno, "read"));
    }
}

}  // namespace dim::sys
