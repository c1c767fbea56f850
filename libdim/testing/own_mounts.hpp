#pragma once

#include <cerrno>
#include <sched.h>
#include <sys/mount.h>
#include <system_error>

namespace dim::testing {

/// Moves the calling process, once, into a mount namespace of its own, for good: what it mounts is
/// seen by nobody else and ends with it. Make it before any thread. Throws for want of privileges.
inline void enter_own_mounts() {
    static const bool is_done = [] {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            throw std::system_error(errno, std::generic_category(), "unshare, needs root");
        return true;
    }();
    static_cast<void>(is_done);
}

}  // namespace dim::testing
