#pragma once

#include "libdim/sys/fd.hpp"
#include "libdim/sys/file.hpp"

#include <map>
#include <string>
#include <sys/stat.h>

namespace dim::sys {

/// Gives the file TO_NAME of directory TO the owner, permissions, extended attributes and times of
/// the file FROM_NAME of directory FROM, whose status is STATUS. Neither is followed if it is a
/// link; "." is the directory itself. Errors: limit_exceeded for attributes above 64 KiB.
Result<void> copy_attributes(const Fd& from, const std::string& from_name,
                             const struct stat& status, const Fd& to, const std::string& to_name);

/// Name → value, ACLs and capabilities among them.
using ExtendedAttributes = std::map<std::string, std::string>;
/// Of the open file FD, which is no O_PATH. None where the file system has no such thing.
Result<ExtendedAttributes> extended_attributes(const Fd& fd);
/// Of NAME in DIRECTORY itself, not of what it links to; "." is the directory.
Result<ExtendedAttributes> extended_attributes(const Fd& directory, const std::string& name);

/// What a directory has beside its names.
struct DirectoryAttributes {
    mode_t mode = 0;  ///< the permissions
    uid_t owner = 0;
    gid_t group = 0;
    FileTime modified;
    ExtendedAttributes extended;
};
/// Makes the directory FD have these and no others; the last to be done, since a new name in it
/// changes its times.
Result<void> set_attributes(const Fd& fd, const DirectoryAttributes& attributes);

}  // namespace dim::sys
