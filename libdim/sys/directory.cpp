#include "libdim/sys/directory.hpp"

#include "libdim/sys/file.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <linux/openat2.h>
#include <memory>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dim::sys {

Result<void> check_name(std::string_view name) {
    if (name.empty() || name == "." || name == ".." || name.size() > 255 ||
        name.find('/') != name.npos || name.find('\0') != name.npos) {
        return fail(ErrorCode::invalid_input,
                    "'" + std::string(name.substr(0, 80)) + "' is not the name of a file");
    }
    return {};
}

Result<Fd> open_directory(const std::string& path) { return open(path, O_RDONLY | O_DIRECTORY); }

Result<Fd> open_beneath(const Fd& directory, std::string_view relative, int flags, mode_t mode) {
    const std::string text(relative);
    struct open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    for (;;) {
        const long fd = ::syscall(SYS_openat2, directory.get(), text.c_str(), &how, sizeof how);
        if (fd >= 0) return Fd(static_cast<int>(fd));
        if (errno == EAGAIN || errno == EINTR) continue;  // a rename raced with the resolution
        if (errno == EXDEV)
            return fail(ErrorCode::permission_denied, text + ": leads out of its directory");
        if (errno == ELOOP)
            return fail(ErrorCode::invalid_input, text + ": is or passes a symbolic link");
        return fail(Error::from_errno(errno, text));
    }
}

Result<void> visit_names(const Fd& directory,
                         const std::function<bool(const std::string& name)>& each) {
    // A descriptor of its own, so that the caller's has no reading position.
    const int copy = ::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) return fail(Error::from_errno(errno, "open directory"));
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
    if (!stream) {
        ::close(copy);
        return fail(Error::from_errno(ENOMEM, "read directory"));
    }
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(stream.get());
        if (entry == nullptr) break;
        const std::string name = entry->d_name;
        if (name != "." && name != ".." && !each(name)) return {};
    }
    if (errno != 0) return fail(Error::from_errno(errno, "read directory"));
    return {};
}

Result<std::vector<std::string>> first_names(const Fd& directory, std::size_t most) {
    std::vector<std::string> names;
    DIM_CHECK(visit_names(directory, [&](const std::string& name) {
        if (names.size() < most) names.push_back(name);
        return names.size() < most;
    }));
    return names;
}

Result<std::vector<std::string>> list_names(const Fd& directory) {
    DIM_TRY(std::vector<std::string> names, first_names(directory, kNamesLimit + 1));
    if (names.size() > kNamesLimit)
        return fail(ErrorCode::limit_exceeded, "directory with too many names");
    std::ranges::sort(names);
    return names;
}

Result<std::vector<std::string>> list_names(const std::string& path) {
    DIM_TRY(const Fd directory, open_directory(path));
    Result<std::vector<std::string>> names = list_names(directory);
    if (!names) return fail(std::move(names).error().with_context(path));
    return names;
}

Result<void> mkdir(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) != 0) return fail(Error::from_errno(errno, path));
    return {};
}

Result<void> mkdirat(const Fd& directory, std::string_view name, mode_t mode) {
    DIM_CHECK(check_name(name));
    const std::string text(name);
    if (::mkdirat(directory.get(), text.c_str(), mode) != 0)
        return fail(Error::from_errno(errno, text));
    return {};
}

/// Who has business in what is closed to others passes what is above it.
constexpr mode_t kParentMode = 0755;

Result<void> ensure_directory(const std::string& path, mode_t mode) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string part = path.substr(0, slash);
        if (::mkdir(part.c_str(), slash == path.npos ? mode : kParentMode) != 0 &&
            errno != EEXIST) {
            const int error = errno;
            struct stat status{};
            // On a read-only file system mkdir says so even where a directory is.
            if (::stat(part.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
                return fail(Error::from_errno(error, part));
        }
        if (slash == path.npos) break;
    }
    DIM_TRY(const FileStatus status, stat(path));
    if (!S_ISDIR(status.mode)) return fail(Error::from_errno(ENOTDIR, path));
    return {};
}

Result<void> rename(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        return fail(Error::from_errno(errno, "rename " + from + " to " + to));
    return {};
}

Result<void> renameat(const Fd& from_directory, std::string_view from, const Fd& to_directory,
                      std::string_view to) {
    DIM_CHECK(check_name(from));
    DIM_CHECK(check_name(to));
    const std::string old_name(from);
    const std::string new_name(to);
    if (::renameat(from_directory.get(), old_name.c_str(), to_directory.get(), new_name.c_str()) !=
        0)
        return fail(Error::from_errno(errno, "rename " + old_name + " to " + new_name));
    return {};
}

Result<void> linkat(const Fd& from_directory, std::string_view from, const Fd& to_directory,
                    std::string_view to) {
    DIM_CHECK(check_name(from));
    DIM_CHECK(check_name(to));
    if (::linkat(from_directory.get(), std::string(from).c_str(), to_directory.get(),
                 std::string(to).c_str(), 0) != 0)
        return fail(Error::from_errno(errno, "link " + std::string(from)));
    return {};
}

Result<void> symlink(const std::string& target, const std::string& path) {
    if (::symlink(target.c_str(), path.c_str()) != 0) return fail(Error::from_errno(errno, path));
    return {};
}

Result<void> unlink(const std::string& path) {
    if (::unlink(path.c_str()) != 0) return fail(Error::from_errno(errno, path));
    return {};
}

Result<void> unlinkat(const Fd& directory, std::string_view name) {
    DIM_CHECK(check_name(name));
    const std::string text(name);
    if (::unlinkat(directory.get(), text.c_str(), 0) != 0)
        return fail(Error::from_errno(errno, text));
    return {};
}

Result<void> rmdir(const std::string& path) {
    if (::rmdir(path.c_str()) != 0) return fail(Error::from_errno(errno, path));
    return {};
}

Result<void> chmod(const std::string& path, mode_t mode) {
    if (::chmod(path.c_str(), mode) != 0) return fail(Error::from_errno(errno, path));
    return {};
}

namespace {

SpaceInfo space_of(const struct statfs& info) {
    const auto block =
        static_cast<std::uint64_t>(info.f_frsize != 0 ? info.f_frsize : info.f_bsize);
    return {.total_bytes = info.f_blocks * block,
            .available_bytes = info.f_bavail * block,
            .available_inodes = info.f_ffree};
}

}  // namespace

Result<SpaceInfo> statfs(const std::string& path) {
    struct statfs info{};
    if (::statfs(path.c_str(), &info) != 0) return fail(Error::from_errno(errno, path));
    return space_of(info);
}

Result<SpaceInfo> fstatfs(const Fd& fd) {
    struct statfs info{};
    if (::fstatfs(fd.get(), &info) != 0) return fail(Error::from_errno(errno, "fstatfs"));
    return space_of(info);
}

Result<Fd> open_in_root(const Fd& root, const std::string& path, int flags) {
    struct open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    for (;;) {
        const long fd = ::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how);
        if (fd >= 0) return Fd(static_cast<int>(fd));
        if (errno != EAGAIN && errno != EINTR) return fail(Error::from_errno(errno, path));
    }
}

Result<std::string> read_link(const std::string& path) {
    std::string text(PATH_MAX, '\0');
    const ssize_t size = ::readlink(path.c_str(), text.data(), text.size());
    if (size < 0) return fail(Error::from_errno(errno, path));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

Result<std::string> read_link(const Fd& directory, std::string_view name) {
    DIM_CHECK(check_name(name));
    const std::string link(name);
    std::string text(PATH_MAX, '\0');
    const ssize_t size = ::readlinkat(directory.get(), link.c_str(), text.data(), text.size());
    if (size < 0) return fail(Error::from_errno(errno, link));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace dim::sys
