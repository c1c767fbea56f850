#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>

namespace dim::server {

/// Errors: limit_exceeded unless the file system of DIRECTORY has NEED bytes left, with need and
/// have.
Result<void> check_space(const std::string& directory, std::uint64_t need);

}  // namespace dim::server
