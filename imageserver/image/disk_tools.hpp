#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/run.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// Runs a program on a file system in a file, however it ends; for up to ten minutes. Errors:
/// not_found with the cure when it is missing, which comes with PACKAGE.
Result<sys::RunResult> run_disk_tool(const std::vector<std::string>& arguments,
                                     const std::string& package);

/// The same for one that must succeed; what it told. Errors: io besides, with what it told.
Result<std::string> run_good_disk_tool(const std::vector<std::string>& arguments,
                                       const std::string& package);

}  // namespace dim::server
