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

/// Gives it to NAME in DIRECTORY itself. Errors: EOPNOTSUPP where the file system has no such
/// thing.
Result<void> set_extended_attribute(const Fd& directory, const std::string& name,
                                    const std::string& key, const std::string& value);

/// What a file is besides its content.
struct FileAttributes {
    mode_t mode = 0;  ///< permissions; its type matters only where a function says so
    uid_t owner = 0;
    gid_t group = 0;
    FileTime modified;
    ExtendedAttributes extended;
};
/// Makes the file or directory FD have these and no others; the last to be done, since a write, or
/// a new name in a directory, changes its times.
Result<void> replace_attributes(const Fd& fd, const FileAttributes& attributes);

/// Gives NAME in DIRECTORY itself, not what it links to, these attributes; "." is the directory.
/// The time of the last access becomes that of the last change. Errors: conflict (EOPNOTSUPP) for
/// an extended attribute that the file system does not have; all others are set then.
Result<void> set_attributes(const Fd& directory, const std::string& name,
                            const FileAttributes& attributes);

}  // namespace dim::sys
