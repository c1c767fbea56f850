#include "libdim/sys/file.hpp"

#include "libdim/sys/directory.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dim::sys {

namespace {

FileTime file_time(const timespec& from) {
    return {.seconds = from.tv_sec, .nanoseconds = static_cast<std::uint32_t>(from.tv_nsec)};
}
FileStatus file_status(const struct stat& from) {
    FileStatus status;
    status.mode = from.st_mode;
    status.owner = from.st_uid;
    status.group = from.st_gid;
    status.size = static_cast<std::uint64_t>(from.st_size);
    status.allocated = static_cast<std::uint64_t>(from.st_blocks) * 512;
    status.inode = from.st_ino;
    status.device = from.st_dev;
    status.links = from.st_nlink;
    status.modified_us =
        std::int64_t{from.st_mtim.tv_sec} * 1'000'000 + from.st_mtim.tv_nsec / 1000;
    status.special_device = from.st_rdev;
    status.modified = file_time(from.st_mtim);
    status.changed = file_time(from.st_ctim);
    return status;
}

}  // namespace

FileTime current_file_time() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return file_time(now);
}

Result<Fd> open(const std::string& path, int flags, mode_t mode) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd < 0) return fail(Error::from_errno(errno, path));
    return Fd(fd);
}

Result<Fd> openat(const Fd& directory, std::string_view name, int flags, mode_t mode) {
    DIM_CHECK(check_name(name));
    const std::string text(name);
    const int fd = ::openat(directory.get(), text.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0) return fail(Error::from_errno(errno, text));
    return Fd(fd);
}

Result<std::size_t> read(const Fd& fd, std::span<char> buffer) {
    for (;;) {
        const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) return fail(Error::from_errno(errno, "read"));
    }
}

Result<std::string> read_all(const Fd& fd, std::size_t limit) {
    // The size a kernel file tells is often 0, so it only decides how much is asked for first.
    constexpr std::size_t kFirst = 4096;
    std::string text;
    std::size_t used = 0;
    for (;;) {
        if (used == text.size()) text.resize(std::min(limit + 1, std::max(kFirst, 2 * used)));
        DIM_TRY(const std::size_t count, read(fd, std::span(text).subspan(used)));
        if (count == 0) break;
        used += count;
        if (used > limit) {
            return fail(ErrorCode::limit_exceeded,
                        "more than the " + std::to_string(limit) + " bytes allowed");
        }
    }
    text.resize(used);
    return text;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    DIM_TRY(const Fd file, open(path, O_RDONLY));
    Result<std::string> text = read_all(file, limit);
    if (!text) return fail(std::move(text).error().with_context(path));
    return text;
}

Result<std::string> read_file(const Fd& directory, std::string_view name, std::size_t limit) {
    DIM_TRY(const Fd file, openat(directory, name, O_RDONLY));
    Result<std::string> text = read_all(file, limit);
    if (!text) return fail(std::move(text).error().with_context(name));
    return text;
}

Result<void> write_all(const Fd& fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd.get(), bytes.data(), bytes.size());
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno != EINTR) {
            return fail(Error::from_errno(errno, "write"));
        }
    }
    return {};
}

Result<void> write_at(const Fd& fd, std::string_view bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t count =
            ::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        } else if (errno != EINTR) {
            return fail(Error::from_errno(errno, "write"));
        }
    }
    return {};
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
    DIM_TRY(const Fd file, open(path, O_WRONLY));
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0) return fail(Error::from_errno(errno, "write to " + path));
    if (static_cast<std::size_t>(count) != bytes.size())
        return fail(ErrorCode::io, "write to " + path + ": only part of it was taken");
    return {};
}

Result<void> fsync(const Fd& fd) {
    if (::fsync(fd.get()) != 0) return fail(Error::from_errno(errno, "fsync"));
    return {};
}

Result<void> fsync(const std::string& path) {
    DIM_TRY(const Fd file, open(path, O_RDONLY));
    if (auto done = fsync(file); !done) return fail(std::move(done).error().with_context(path));
    return {};
}

void discard_unused(const Fd& fd) {
    struct fstrim_range range{.start = 0, .len = UINT64_MAX, .minlen = 0};
    (void)::ioctl(fd.get(), FITRIM, &range);
}

Result<void> ftruncate(const Fd& fd, std::uint64_t size) {
    if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0)
        return fail(Error::from_errno(errno, "set file size"));
    return {};
}

Result<FileStatus> fstat(const Fd& fd) {
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return fail(Error::from_errno(errno, "fstat"));
    return file_status(status);
}

Result<FileStatus> stat(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return fail(Error::from_errno(errno, path));
    return file_status(status);
}

Result<FileStatus> fstatat(const Fd& directory, std::string_view name) {
    DIM_CHECK(check_name(name));
    const std::string text(name);
    struct stat status{};
    if (::fstatat(directory.get(), text.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(Error::from_errno(errno, text));
    return file_status(status);
}

Result<std::size_t> read_at(const Fd& fd, std::span<char> buffer, std::uint64_t offset) {
    for (;;) {
        const ssize_t count =
            ::pread(fd.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) return fail(Error::from_errno(errno, "read"));
    }
}

Result<void> syncfs(const Fd& fd) {
    if (::syncfs(fd.get()) != 0) return fail(Error::from_errno(errno, "syncfs"));
    return {};
}

}  // namespace dim::sys
