#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/confinement.hpp"

#include <string>

namespace dim::server {

/// Makes PATH the one directory that a confined service may write to; what a service that was not
/// confined left in it becomes its own. The configuration is elsewhere, and root's. Errors:
/// not_found for a user that does not exist; permission_denied when the user has no way to it.
Result<void> make_work_directory(const sys::Confinement& confinement, const std::string& path);

}  // namespace dim::server
