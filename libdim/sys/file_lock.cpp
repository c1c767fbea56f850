#include "libdim/sys/file_lock.hpp"

#include "libdim/sys/file.hpp"

#include <cerrno>
#include <sys/file.h>

namespace dim::sys {

Result<Fd> lock_file(const std::string& path) {
    DIM_TRY(Fd file, open(path, O_RDWR | O_CREAT, 0600));
    if (auto locked = lock_file(file); !locked)
        return fail(std::move(locked).error().with_context(path));
    return file;
}

Result<void> lock_file(const Fd& file) {
    for (;;) {
        if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return {};
        if (errno == EWOULDBLOCK) return fail(ErrorCode::conflict, "held by another process");
        if (errno != EINTR) return fail(Error::from_errno(errno, "flock"));
    }
}

}  // namespace dim::sys
