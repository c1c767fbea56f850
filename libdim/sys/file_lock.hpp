#pragma once

#include "libdim/sys/fd.hpp"

#include <string>

namespace dim::sys {

/// An exclusive flock(2) on PATH (made if missing, mode 0600), held as long as the Fd is open; the
/// kernel releases it when the process dies. Errors: conflict when somebody else holds it.
Result<Fd> lock_file(const std::string& path);

}  // namespace dim::sys
