#pragma once

#include "libdim/sys/fd.hpp"

#include <string>

namespace dim::sys {

/// An exclusive flock(2) on PATH (made if missing, mode 0600), held as long as the Fd is open; the
/// kernel releases it when the process dies. Errors: conflict when somebody else holds it.
Result<Fd> lock_file(const std::string& path);
/// The same on an open file. The lock belongs to the open file, not to the process: a child that
/// inherits the descriptor holds it until it ends, too.
Result<void> lock_file(const Fd& file);

/// Whether somebody has FILE open for writing, as a loop device has: a read lease (fcntl(2)) cannot
/// be had then. FILE itself is open for reading only, and ours. It tells of this moment. Errors:
/// io (EINVAL) where the file system has no leases.
Result<bool> has_writer(const Fd& file);

}  // namespace dim::sys
