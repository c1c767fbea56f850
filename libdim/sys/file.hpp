#pragma once

#include "libdim/sys/fd.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace dim::sys {

/// What read_file takes at most unless told otherwise.
inline constexpr std::size_t kFileLimit = std::size_t{16} << 20;

/// open(2); the error names the path.
Result<Fd> open(const std::string& path, int flags, mode_t mode = 0);
/// openat(2) of one NAME (no slash) that is not followed if it is a symbolic link. Errors:
/// invalid_input for a name with a slash, "." or "..".
Result<Fd> openat(const Fd& directory, std::string_view name, int flags, mode_t mode = 0);

/// At most BUFFER's size; 0 at the end of the file. A signal does not end it.
Result<std::size_t> read(const Fd& fd, std::span<char> buffer);
/// pread(2): as read, from OFFSET.
Result<std::size_t> read_at(const Fd& fd, std::span<char> buffer, std::uint64_t offset);
/// Everything up to the end of the file. Errors: limit_exceeded above LIMIT bytes.
Result<std::string> read_all(const Fd& fd, std::size_t limit = kFileLimit);
Result<std::string> read_file(const std::string& path, std::size_t limit = kFileLimit);
Result<std::string> read_file(const Fd& directory, std::string_view name,
                              std::size_t limit = kFileLimit);

/// All of BYTES, to a blocking descriptor.
Result<void> write_all(const Fd& fd, std::string_view bytes);
/// pwrite(2): all of BYTES, at OFFSET.
Result<void> write_at(const Fd& fd, std::string_view bytes, std::uint64_t offset);
/// Opens an existing file of a kernel file system (/proc, /sys), or a device, and writes once.
Result<void> write_file(const std::string& path, std::string_view bytes);

Result<void> fsync(const Fd& fd);
/// Of the file or directory PATH; after a rename, of the directory that it is in.
Result<void> fsync(const std::string& path);
/// syncfs(2): everything written to the file system that FD is on is on the device. Errors: io,
/// also for a write that failed earlier.
Result<void> syncfs(const Fd& fd);
/// Tells the device below the file system that FD is on which of its blocks are not used (FITRIM);
/// best effort: a device that cannot be told keeps what was there.
void discard_unused(const Fd& fd);
Result<void> ftruncate(const Fd& fd, std::uint64_t size);

/// A moment in a file system's own resolution.
struct FileTime {
    std::int64_t seconds = 0;  ///< since 1970
    std::uint32_t nanoseconds = 0;

    auto operator<=>(const FileTime&) const = default;
};

/// The wall clock's.
FileTime current_file_time();

struct FileStatus {
    mode_t mode = 0;  ///< type and permissions, S_ISREG(mode) etc.
    uid_t owner = 0;
    gid_t group = 0;
    std::uint64_t size = 0;       ///< bytes
    std::uint64_t allocated = 0;  ///< bytes on the device; less than size when sparse
    std::uint64_t inode = 0;
    std::uint64_t device = 0;
    std::uint64_t links = 0;
    std::int64_t modified_us = 0;      ///< microseconds since 1970
    std::uint64_t special_device = 0;  ///< which device a device node stands for
    FileTime modified;                 ///< when the content was changed, or what somebody set
    FileTime changed;                  ///< when anything was changed; nobody can set it
};
Result<FileStatus> fstat(const Fd& fd);
/// Follows symbolic links. Errors: not_found.
Result<FileStatus> stat(const std::string& path);
/// Of NAME itself, not of what it links to.
Result<FileStatus> fstatat(const Fd& directory, std::string_view name);

}  // namespace dim::sys
