#pragma once

#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
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
Result<Fd> open_beneath(const Fd& directory, std::string_view relative, int flags, mode_t mode = 0);

/// Opens PATH as a process whose root is ROOT would see it (openat2: RESOLVE_IN_ROOT): links are
/// followed, absolute ones from ROOT, and nothing leads out. For questions about a tree ("is there
/// an init?"), with FLAGS such as O_PATH. Errors: not_found.
Result<Fd> open_in_root(const Fd& root, const std::string& path, int flags);
/// What the symbolic link PATH says, not resolved. Errors: not_found, invalid_input when it is no
/// link.
Result<std::string> read_link(const std::string& path);
/// The same of NAME in DIRECTORY.
Result<std::string> read_link(const Fd& directory, std::string_view name);

/// The names in a directory without "." and "..", sorted.
Result<std::vector<std::string>> list_names(const Fd& directory);
Result<std::vector<std::string>> list_names(const std::string& path);
/// Calls EACH with one after the other, in no order, until it returns false; it may unlink what it
/// is called with.
Result<void> visit_names(const Fd& directory,
                         const std::function<bool(const std::string& name)>& each);
/// At most MOST of them, in no order; others are not looked at.
Result<std::vector<std::string>> first_names(const Fd& directory, std::size_t most);

Result<void> mkdir(const std::string& path, mode_t mode = 0755);
Result<void> mkdirat(const Fd& directory, std::string_view name, mode_t mode = 0755);
/// Makes PATH, and its parents with mode 0755, where they are missing; a directory that is there
/// keeps its mode.
Result<void> ensure_directory(const std::string& path, mode_t mode = 0755);

/// Replaces TO. Errors: io (EXDEV) across file systems.
Result<void> rename(const std::string& from, const std::string& to);
Result<void> renameat(const Fd& from_directory, std::string_view from, const Fd& to_directory,
                      std::string_view to);
/// Another name of the same file, which is not followed if it is a link. Errors: io (EXDEV) across
/// file systems, (EMLINK) when it has as many as there can be.
Result<void> linkat(const Fd& from_directory, std::string_view from, const Fd& to_directory,
                    std::string_view to);
Result<void> symlink(const std::string& target, const std::string& path);
Result<void> unlink(const std::string& path);
Result<void> unlinkat(const Fd& directory, std::string_view name);
Result<void> rmdir(const std::string& path);
Result<void> chmod(const std::string& path, mode_t mode);

struct SpaceInfo {
    std::uint64_t total_bytes = 0;
    std::uint64_t available_bytes = 0;  ///< for us, without what is reserved for root
    std::uint64_t available_inodes = 0;
};
Result<SpaceInfo> statfs(const std::string& path);
Result<SpaceInfo> fstatfs(const Fd& fd);

/// Errors: invalid_input unless NAME is a single path component: not empty, no slash, no NUL, not
/// "." or "..", at most 255 bytes.
Result<void> check_name(std::string_view name);

}  // namespace dim::sys
