#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/tls/secret_text.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// What is read of a file in a blade's root at most.
inline constexpr std::size_t kBladeFileBytes = std::size_t{4} << 20;
/// Names of a directory that are looked at.
inline constexpr std::size_t kBladeNames = 1000;

/// The mounted file system of a blade image. Whoever is root on the blade may have put anything
/// into it, and may change it while we look: no link is followed, nothing but regular files is
/// opened for reading, all is bounded. Paths have no leading slash: "etc/hosts". Holding it keeps
/// the file system mounted. Errors of every call name the path; conflict when something is there,
/// or on the way, that must not be.
class [[nodiscard]] BladeRoot {
public:
    /// Errors: conflict when nothing is mounted at MOUNT_POINT.
    static Result<BladeRoot> open(const std::string& mount_point);

    struct File {
        tls::SecretText bytes;
        mode_t mode;  ///< permissions alone
        sys::FileOwner owner;
    };
    /// Nothing when it is not there. Errors: limit_exceeded.
    Result<std::optional<File>> read(const std::string& path) const;
    /// Of PATH itself; nothing when it is not there, or its directory is not.
    Result<std::optional<sys::FileStatus>> status(const std::string& path) const;
    /// False also when a link is there.
    Result<bool> has_directory(const std::string& path) const;
    Result<bool> has_file(const std::string& path) const;
    /// What the symbolic link PATH says; nothing when no link is there.
    Result<std::optional<std::string>> link(const std::string& path) const;
    /// Empty when there is no such directory. Errors: limit_exceeded.
    Result<std::vector<std::string>> names(const std::string& directory) const;

    /// With the directories it needs, which are root's and mode 0755. One that is there stays as it
    /// is.
    Result<void> make_directory(const std::string& path, mode_t mode, sys::FileOwner owner) const;
    /// Makes or replaces a file, or a link or whatever else is no directory, whole or not at all.
    Result<void> write(const std::string& path, std::string_view bytes,
                       const sys::NewFile& file) const;
    /// Everything written is on the device.
    Result<void> sync() const;

private:
    explicit BladeRoot(sys::Fd root) : root_(std::move(root)) {}
    Result<std::optional<sys::Fd>> parent_of(const std::string& path) const;
    sys::Fd root_;
};

/// "a symbolic link", "a FIFO": what MODE says a file is.
std::string_view file_type_text(mode_t mode);

}  // namespace dim::server
