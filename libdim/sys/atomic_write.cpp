#include "libdim/sys/atomic_write.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <optional>

namespace dim::sys {

namespace {

struct Wanted {
    mode_t mode;
    std::optional<FileOwner> owner;
    Sync sync;
};

Result<void> write_new(const Fd& directory, const std::string& temporary, std::string_view bytes,
                       const Wanted& wanted) {
    DIM_TRY(const Fd file,
            openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL, wanted.mode & 0700));
    if (wanted.owner) DIM_CHECK(fchown(file, *wanted.owner));
    DIM_CHECK(fchmod(file, wanted.mode));
    DIM_CHECK(write_all(file, bytes));
    return wanted.sync == Sync::now ? fsync(file) : Result<void>();
}

Result<void> replace_file(const Fd& directory, std::string_view name, std::string_view bytes,
                          const Wanted& wanted) {
    DIM_CHECK(check_name(name));
    const std::string temporary = "." + std::string(name) + ".new";
    if (auto removed = unlinkat(directory, temporary);
        !removed && removed.error().code() != ErrorCode::not_found) {
        return removed;
    }
    Result<void> written = write_new(directory, temporary, bytes, wanted);
    if (written) written = renameat(directory, temporary, directory, name);
    if (!written) {
        (void)unlinkat(directory, temporary);
        return fail(std::move(written).error().with_context("write " + std::string(name)));
    }
    return wanted.sync == Sync::now ? fsync(directory) : Result<void>();
}

}  // namespace

Result<void> write_file_atomically(const Fd& directory, std::string_view name,
                                   std::string_view bytes, mode_t mode) {
    return replace_file(directory, name, bytes,
                        {.mode = mode, .owner = std::nullopt, .sync = Sync::now});
}

Result<void> write_file_atomically(const Fd& directory, std::string_view name,
                                   std::string_view bytes, const NewFile& file) {
    return replace_file(directory, name, bytes,
                        {.mode = file.mode, .owner = file.owner, .sync = file.sync});
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
