#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>

namespace dim::api {

inline constexpr std::uint64_t kSmallestBladeImage = std::uint64_t{16} << 20;
inline constexpr std::uint64_t kLargestBladeImage = std::uint64_t{4} << 40;

/// What can be said of an import without looking at the tree: by `dim` before it asks, and by the
/// daemon. Errors: invalid_input with the cure, limit_exceeded.
Result<void> check_import(const ImportImage& request);

/// The same of an update.
Result<void> check_update(const UpdateImage& request);
/// Errors: invalid_input for more than 200 bytes, or what is not printable in a line.
Result<void> check_label(const std::string& label);

/// Errors: invalid_input for what is no absolute path in one word.
Result<void> check_init_path(const std::string& init);

}  // namespace dim::api
