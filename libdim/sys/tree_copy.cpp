#include "libdim/sys/tree_copy.hpp"

#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/sys/tree_depth.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <sys/stat.h>
#include <unistd.h>

namespace dim::sys {

namespace {

constexpr std::uint64_t kBlock = 4096;

Result<struct stat> status_of(const Fd& parent, const std::string& name) {
    struct stat status{};
    if (::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(Error::from_errno(errno, name));
    return status;
}

Result<void> add_size(const Fd& parent, const std::string& name, dev_t device, int depth,
                      TreeSize& size) {
    if (depth > kTreeDepthLimit)
        return fail(ErrorCode::limit_exceeded, name + ": directories nested too deep");
    DIM_TRY(const struct stat status, status_of(parent, name));
    size.entries += 1;
    const auto data = std::min(static_cast<std::uint64_t>(status.st_size),
                               static_cast<std::uint64_t>(status.st_blocks) * 512);
    if (S_ISREG(status.st_mode)) size.bytes += (data + kBlock - 1) / kBlock * kBlock;
    if (!S_ISDIR(status.st_mode)) return {};
    size.bytes += kBlock;
    if (status.st_dev != device) return {};
    DIM_TRY(const Fd directory, openat(parent, name, O_RDONLY | O_DIRECTORY));
    DIM_TRY(const std::vector<std::string> names, list_names(directory));
    for (const std::string& child : names) {
        if (auto added = add_size(directory, child, device, depth + 1, size); !added)
            return fail(std::move(added).error().with_context(name));
    }
    return {};
}

Result<dev_t> device_of(const Fd& directory) {
    struct stat status{};
    if (::fstat(directory.get(), &status) != 0) return fail(Error::from_errno(errno, "fstat"));
    return status.st_dev;
}

Result<void> copy_regular(const Fd& from, const std::string& name, const Fd& to,
                          const std::string& to_name) {
    // O_NONBLOCK: should it have become a FIFO meanwhile, opening must not wait.
    DIM_TRY(const Fd source, openat(from, name, O_RDONLY | O_NONBLOCK));
    DIM_TRY(const FileStatus status, fstat(source));
    if (!S_ISREG(status.mode))
        return fail(ErrorCode::conflict, "changed its kind while it was copied");
    DIM_TRY(const Fd target, openat(to, to_name, O_WRONLY | O_CREAT | O_EXCL, 0600));
    DIM_TRY([[maybe_unused]] const CopyMethod method, copy_file(source, target));
    return {};
}

Result<void> copy_symlink(const Fd& from, const std::string& name, const Fd& to,
                          const std::string& to_name) {
    std::string target(PATH_MAX, '\0');
    const ssize_t length = ::readlinkat(from.get(), name.c_str(), target.data(), target.size());
    if (length < 0) return fail(Error::from_errno(errno, "read link"));
    target.resize(static_cast<std::size_t>(length));
    if (::symlinkat(target.c_str(), to.get(), to_name.c_str()) != 0)
        return fail(Error::from_errno(errno, "make link"));
    return {};
}

Result<void> make_special(const struct stat& status, const std::string& name, const Fd& to) {
    if (::mknodat(to.get(), name.c_str(), (status.st_mode & S_IFMT) | 0600, status.st_rdev) != 0)
        return fail(Error::from_errno(errno, "make node"));
    return {};
}

Result<void> copy_node_of(const struct stat& status, const Fd& from, const std::string& name,
                          const Fd& to, const std::string& to_name) {
    switch (status.st_mode & S_IFMT) {
        case S_IFDIR: return fail(ErrorCode::conflict, "is a directory");
        case S_IFREG: DIM_CHECK(copy_regular(from, name, to, to_name)); break;
        case S_IFLNK: DIM_CHECK(copy_symlink(from, name, to, to_name)); break;
        default: DIM_CHECK(make_special(status, to_name, to)); break;
    }
    return copy_attributes(from, name, status, to, to_name);
}

}  // namespace

Result<void> copy_node(const Fd& from, const std::string& name, const Fd& to,
                       const std::string& to_name) {
    DIM_CHECK(check_name(name));
    DIM_CHECK(check_name(to_name));
    DIM_TRY(const struct stat status, status_of(from, name));
    return copy_node_of(status, from, name, to, to_name);
}

Result<TreeSize> measure_tree(const Fd& parent, const std::string& name) {
    DIM_CHECK(check_name(name));
    DIM_TRY(const dev_t device, device_of(parent));
    TreeSize size;
    DIM_CHECK(add_size(parent, name, device, 0, size));
    return size;
}

TreeCopy::TreeCopy(Fd destination, std::function<void(std::uint64_t)> progress)
    : destination_(std::move(destination)), progress_(std::move(progress)) {}

Result<void> TreeCopy::copy(const Fd& source, const std::string& name) {
    DIM_CHECK(check_name(name));
    DIM_TRY(const dev_t device, device_of(source));
    return copy_entry(source, name, destination_, name, device, 0);
}

Result<void> TreeCopy::copy_directory_only(const Fd& source, const std::string& name) {
    DIM_TRY(const struct stat status, status_of(source, name));
    DIM_CHECK(mkdirat(destination_, name, 0700));
    return copy_attributes(source, name, status, destination_, name);
}

Result<void> TreeCopy::copy_own_attributes(const Fd& source) {
    struct stat status{};
    if (::fstat(source.get(), &status) != 0) return fail(Error::from_errno(errno, "fstat"));
    return copy_attributes(source, ".", status, destination_, ".");
}

Result<void> TreeCopy::copy_entry(const Fd& from, const std::string& name, const Fd& to,
                                  const std::string& path, dev_t device, int depth) {
    if (depth > kTreeDepthLimit)
        return fail(ErrorCode::limit_exceeded, path + ": directories nested too deep");
    DIM_TRY(const struct stat status, status_of(from, name));
    if (progress_) progress_(++entries_);
    if (!S_ISDIR(status.st_mode) && status.st_nlink > 1) {
        const auto [first, is_new] =
            linked_.try_emplace(std::pair(status.st_dev, status.st_ino), path);
        if (!is_new) {
            if (::linkat(destination_.get(), first->second.c_str(), to.get(), name.c_str(), 0) != 0)
                return fail(Error::from_errno(errno, "link " + path + " to " + first->second));
            return {};
        }
    }
    if (S_ISDIR(status.st_mode)) {
        // An error from below already names its path.
        DIM_CHECK(copy_directory(from, name, to, path, device, depth));
        return copy_attributes(from, name, status, to, name);
    }
    Result<void> copied = copy_node_of(status, from, name, to, name);
    if (!copied) return fail(std::move(copied).error().with_context(path));
    return copied;
}

Result<void> TreeCopy::copy_directory(const Fd& from, const std::string& name, const Fd& to,
                                      const std::string& path, dev_t device, int depth) {
    DIM_CHECK(mkdirat(to, name, 0700));
    DIM_TRY(const Fd source, openat(from, name, O_RDONLY | O_DIRECTORY));
    DIM_TRY(const dev_t own_device, device_of(source));
    if (own_device != device) return {};
    DIM_TRY(const Fd target, openat(to, name, O_RDONLY | O_DIRECTORY));
    DIM_TRY(const std::vector<std::string> names, list_names(source));
    for (const std::string& child : names)
        DIM_CHECK(copy_entry(source, child, target, path + "/" + child, device, depth + 1));
    return {};
}

}  // namespace dim::sys
