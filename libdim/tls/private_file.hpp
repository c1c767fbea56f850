#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/secret_text.hpp"

#include <string>

namespace dim::tls {

inline constexpr std::size_t kPrivateFileLimit = 4096;

/// A file with secrets, whole. Errors: permission_denied for one that others may read or write, or
/// that is neither ours nor root's; limit_exceeded above kPrivateFileLimit.
Result<SecretText> read_private_file(const std::string& path);

}  // namespace dim::tls
