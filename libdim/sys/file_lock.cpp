#include "libdim/sys/file_lock.hpp"

#include "libdim/sys/file.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
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

Result<bool> has_writer(const Fd& file) {
    // Who opens it while we have the lease makes the kernel send us this, which nobody heeds;
    // unless told otherwise it sends SIGIO, which ends a process.
    if (::fcntl(file.get(), F_SETSIG, SIGURG) != 0) return fail(Error::from_errno(errno, "lease"));
    if (::fcntl(file.get(), F_SETLEASE, F_RDLCK) == 0) {
        if (::fcntl(file.get(), F_SETLEASE, F_UNLCK) == 0) return false;
        return fail(Error::from_errno(errno, "give a lease back"));
    }
    if (errno == EAGAIN) return true;
    return fail(Error::from_errno(errno, "lease"));
}

}  // namespace dim::sys
