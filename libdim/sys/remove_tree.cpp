#include "libdim/sys/remove_tree.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/tree_depth.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dim::sys {

namespace {

Result<Fd> open_own_directory(const Fd& parent, const std::string& name) {
    struct open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
    for (;;) {
        const long fd = ::syscall(SYS_openat2, parent.get(), name.c_str(), &how, sizeof how);
        if (fd >= 0) return Fd(static_cast<int>(fd));
        if (errno == EAGAIN || errno == EINTR) continue;
        if (errno == EXDEV) {
            return fail(Error(ErrorCode::conflict, name + ": something is mounted here")
                            .with_cure("unmount it"));
        }
        return fail(Error::from_errno(errno, name));
    }
}

Result<void> remove(const Fd& parent, const std::string& name, int depth) {
    if (depth > kTreeDepthLimit)
        return fail(ErrorCode::limit_exceeded, name + ": directories nested too deep");
    struct stat status{};
    if (::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return {};
        return fail(Error::from_errno(errno, name));
    }
    if (S_ISDIR(status.st_mode)) {
        DIM_TRY(const Fd directory, open_own_directory(parent, name));
        DIM_TRY(const std::vector<std::string> names, list_names(directory));
        for (const std::string& child : names) {
            if (auto removed = remove(directory, child, depth + 1); !removed)
                return fail(std::move(removed).error().with_context(name));
        }
    }
    const int flags = S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0;
    if (::unlinkat(parent.get(), name.c_str(), flags) != 0 && errno != ENOENT)
        return fail(Error::from_errno(errno, name));
    return {};
}

}  // namespace

Result<void> remove_tree(const Fd& parent, const std::string& name) {
    DIM_CHECK(check_name(name));
    return remove(parent, name, 0);
}

Result<void> remove_empty_directory(const Fd& parent, const std::string& name) {
    DIM_CHECK(check_name(name));
    if (::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) != 0)
        return fail(Error::from_errno(errno, name));
    return {};
}

Result<void> remove_tree(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == path.npos) return fail(ErrorCode::invalid_input, path + " is not absolute");
    DIM_TRY(const Fd parent, open_directory(path.substr(0, std::max<std::size_t>(slash, 1))));
    return remove_tree(parent, path.substr(slash + 1));
}

}  // namespace dim::sys
