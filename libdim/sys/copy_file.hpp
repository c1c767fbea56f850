#pragma once

#include "libdim/base/result.hpp"

namespace dim::sys {

enum class CopyMethod { reflink, sparse_copy };

/// Makes TO (open for writing, empty) the same bytes as FROM: sharing blocks (FICLONE) where the
/// file system can, else copying only what is not a hole. Blocks until done; does not sync.
Result<CopyMethod> copy_file(int from, int to);

}  // namespace dim::sys
