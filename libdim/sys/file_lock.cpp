#include "libdim/sys/file_lock.hpp"

#include "libdim/sys/file.hpp"

#include <cerrno>
#include <sys/file.h>

namespace dim::sys {

Result<Fd> lock_file(const std::string& path) {
    DIM_TRY(Fd file, open(path, O_RDWR | O_CREAT, 0600));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
    if (errno == EWOULDBLOCK) return fail(ErrorCode::conflict, path + ": held by another process");
    return fail(Error::from_errno(errno, "lock " + path));
}

}  // namespace dim::sys
