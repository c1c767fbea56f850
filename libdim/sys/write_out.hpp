#pragma once

#include "libdim/sys/fd.hpp"

namespace dim::sys {

/// Gives the device the content of a file, and nothing else (sync_file_range(2)): that the file is
/// there after a power failure, a sync of its file system has to see to. start_write_out() returns
/// at once, finish_write_out() when the device has what the file held then. Errors: io; for what is
/// no file.
Result<void> start_write_out(const Fd& fd);
Result<void> finish_write_out(const Fd& fd);

}  // namespace dim::sys
