#pragma once

#include "libdim/sys/fd.hpp"

#include <string>

namespace dim::sys {

/// Deletes NAME of the directory PARENT with all below it; one that is not there is success. Enters
/// neither a link nor a mount. Errors: conflict at a mount point; what was deleted before stays
/// deleted, and another call goes on.
Result<void> remove_tree(const Fd& parent, const std::string& name);
/// The same for an absolute path, the last name of which is no link.
Result<void> remove_tree(const std::string& path);

/// Deletes NAME of PARENT, a directory with nothing in it.
Result<void> remove_empty_directory(const Fd& parent, const std::string& name);

}  // namespace dim::sys
