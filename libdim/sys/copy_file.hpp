#pragma once

#include "libdim/sys/fd.hpp"

namespace dim::sys {

enum class CopyMethod { reflink, sparse_copy };

/// Makes TO (open for writing, empty) the same bytes as FROM: sharing blocks (FICLONE) where the
/// file system can, else copying only what is not a hole. Blocks until done; does not sync.
Result<CopyMethod> copy_file(const Fd& from, const Fd& to);

}  // namespace dim::sys
