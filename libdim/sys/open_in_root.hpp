#pragma once

#include "libdim/sys/fd.hpp"

#include <string>

namespace dim::sys {

/// Opens PATH as a process whose root is ROOT would see it (openat2: RESOLVE_IN_ROOT): links are
/// followed, absolute ones from ROOT, and nothing leads out. For questions about a tree ("is there
/// an init?"), with FLAGS such as O_PATH. Errors: not_found.
Result<Fd> open_in_root(int root, const std::string& path, int flags);

}  // namespace dim::sys
