#pragma once

#include "libdim/base/result.hpp"

#include <string_view>

namespace dim::model {

/// What a blade image is formatted with.
enum class FileSystem { ext4, xfs };

std::string_view to_string(FileSystem type);
Result<FileSystem> parse_file_system(std::string_view text);

}  // namespace dim::model
