#pragma once

#include "libdim/sys/fd.hpp"
#include "libdim/sys/file_owner.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace dim::sys {

/// Makes or replaces a file so that a crash at any instant leaves the old or the new one, whole:
/// temporary file beside it, fsync, rename, fsync of the directory. MODE is set exactly, whatever
/// the umask. A leftover ".NAME.new" of a killed predecessor is replaced.
Result<void> write_file_atomically(const std::string& path, std::string_view bytes,
                                   mode_t mode = 0644);
Result<void> write_file_atomically(const Fd& directory, std::string_view name,
                                   std::string_view bytes, mode_t mode = 0644);

/// When a written file is on the device.
enum class Sync {
    now,        ///< before the call returns
    by_caller,  ///< when the caller has called syncfs: until then a crash may lose the content
};
/// The same, with an owner.
struct NewFile {
    mode_t mode = 0644;
    FileOwner owner = {};
    Sync sync = Sync::now;
};
Result<void> write_file_atomically(const Fd& directory, std::string_view name,
                                   std::string_view bytes, const NewFile& file);

}  // namespace dim::sys
