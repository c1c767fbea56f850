#pragma once

#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace dim::sys {

/// Errors: limit_exceeded when a directory has more names than this.
inline constexpr std::size_t kNamesLimit = 1'000'000;

Result<Fd> open_directory(const std::string& path);

/// Opens RELATIVE ("etc/network", no leading slash) below DIRECTORY; neither ".." nor any symbolic
/// link can lead out, because none is followed at all (openat2: RESOLVE_BENEATH,
/// RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS). Errors: permission_denied for an attempt to leave,
/// invalid_input (ELOOP) for a link.
Result<Fd> open_beneath(int directory, std::string_view relative, int flags, mode_t mode = 0);

/// The names in a directory without "." and "..", sorted.
Result<std::vector<std::string>> list_names(int directory);
Result<std::vector<std::string>> list_names(const std::string& path);

Result<void> mkdir(const std::string& path, mode_t mode = 0755);
Result<void> mkdirat(int directory, std::string_view name, mode_t mode = 0755);
/// Makes PATH and its parents where they are missing; a directory that is there keeps its mode.
Result<void> ensure_directory(const std::string& path, mode_t mode = 0755);
/// Makes NAME below DIRECTORY if it is missing, and opens it.
Result<Fd> ensure_directory_at(int directory, std::string_view name, mode_t mode = 0755);

/// Replaces TO. Errors: io (EXDEV) across file systems.
Result<void> rename(const std::string& from, const std::string& to);
Result<void> renameat(int from_directory, std::string_view from, int to_directory,
                      std::string_view to);
Result<void> link(const std::string& from, const std::string& to);
Result<void> symlink(const std::string& target, const std::string& path);
Result<void> unlink(const std::string& path);
Result<void> unlinkat(int directory, std::string_view name);
Result<void> rmdir(const std::string& path);
Result<void> chmod(const std::string& path, mode_t mode);

struct SpaceInfo {
    std::uint64_t total_bytes = 0;
    std::uint64_t available_bytes = 0;  ///< for us, without what is reserved for root
    std::uint64_t available_inodes = 0;
};
Result<SpaceInfo> statfs(const std::string& path);

/// Errors: invalid_input unless NAME is a single path component: not empty, no slash, no NUL, not
/// "." or "..", at most 255 bytes.
Result<void> check_name(std::string_view name);

}  // namespace dim::sys
