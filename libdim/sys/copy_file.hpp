#pragma once

#include "libdim/sys/fd.hpp"

#include <cstdint>

namespace dim::sys {

/// Makes TO (open for writing) the same bytes as FROM by sharing blocks (FICLONE). Errors: those of
/// a file system that cannot, or of two of them; then TO is as it was.
Result<void> reflink(const Fd& from, const Fd& to);

enum class CopyMethod { reflink, sparse_copy };

/// Makes TO (open for writing, empty) the same bytes as FROM: sharing blocks (FICLONE) where the
/// file system can, else copying only what is not a hole. Blocks until done; does not sync.
Result<CopyMethod> copy_file(const Fd& from, const Fd& to);

/// How much of FILE is not a hole: the space that a sparse copy takes.
Result<std::uint64_t> data_bytes(const Fd& file);

}  // namespace dim::sys
