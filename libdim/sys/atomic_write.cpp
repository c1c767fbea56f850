#include "libdim/sys/atomic_write.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <cerrno>
#include <sys/stat.h>

namespace dim::sys {

namespace {

Result<void> write_new(const Fd& directory, const std::string& temporary, std::string_view bytes,
                       mode_t mode) {
    DIM_TRY(const Fd file, openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL, mode));
    if (::fchmod(file.get(), mode) != 0) return fail(Error::from_errno(errno, "set mode"));
    DIM_CHECK(write_all(file, bytes));
    return fsync(file);
}

}  // namespace

Result<void> write_file_atomically(const Fd& directory, std::string_view name,
                                   std::string_view bytes, mode_t mode) {
    DIM_CHECK(check_name(name));
    const std::string temporary = "." + std::string(name) + ".new";
    if (auto removed = unlinkat(directory, temporary);
        !removed && removed.error().code() != ErrorCode::not_found) {
        return removed;
    }
    Result<void> written = write_new(directory, temporary, bytes, mode);
    if (written) written = renameat(directory, temporary, directory, name);
    if (!written) {
        (void)unlinkat(directory, temporary);
        return fail(std::move(written).error().with_context("write " + std::string(name)));
    }
    return fsync(directory);
}

Result<void> write_file_atomically(const std::string& path, std::string_view bytes, mode_t mode) {
    const std::size_t slash = path.rfind('/');
    const std::string parent = slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    const std::string name = slash == path.npos ? path : path.substr(slash + 1);
    DIM_TRY(const Fd directory, open_directory(parent));
    Result<void> written = write_file_atomically(directory, name, bytes, mode);
    if (!written) return fail(std::move(written).error().with_context(parent));
    return {};
}

}  // namespace dim::sys
