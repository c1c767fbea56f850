#pragma once

#include "libdim/sys/fd.hpp"

#include <string>
#include <sys/stat.h>

namespace dim::sys {

/// Gives the file TO_NAME of directory TO the owner, permissions, extended attributes and times of
/// the file FROM_NAME of directory FROM, whose status is STATUS. Neither is followed if it is a
/// link; "." is the directory itself. Errors: limit_exceeded for attributes above 64 KiB.
Result<void> copy_attributes(const Fd& from, const std::string& from_name,
                             const struct stat& status, const Fd& to, const std::string& to_name);

}  // namespace dim::sys
