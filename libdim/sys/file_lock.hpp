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

}  // namespace dim::sys
