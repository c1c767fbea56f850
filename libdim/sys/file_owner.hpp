#pragma once

#include "libdim/sys/fd.hpp"

#include <sys/types.h>

namespace dim::sys {

/// Root's, unless told otherwise.
struct FileOwner {
    uid_t user = 0;
    gid_t group = 0;

    bool operator==(const FileOwner&) const = default;
};

/// Takes away set-user-ID bits: the mode is set afterwards.
Result<void> fchown(const Fd& fd, FileOwner owner);
Result<void> fchmod(const Fd& fd, mode_t mode);

}  // namespace dim::sys
