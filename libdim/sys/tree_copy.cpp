#include "libdim/sys/tree_copy.hpp"

#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/sys/remove_tree.hpp"
#include "libdim/sys/tree_depth.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <sys/stat.h>
#include <unistd.h>

namespace dim::sys {

namespace {

constexpr std::uint64_t kBlock = 4096;
// How often a file that changes is read.
constexpr int kReadings = 3;
constexpr std::size_t kChangedPaths = 20;

Result<struct stat> status_of(const Fd& parent, const std::string& name) {
    struct stat status{};
    if (::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(Error::from_errno(errno, name));
    return status;
}

Result<dev_t> device_of(const Fd& directory) {
    struct stat status{};
    if (::fstat(directory.get(), &status) != 0) return fail(Error::from_errno(errno, "fstat"));
    return status.st_dev;
}

bool is_gone(const Fd& parent, const std::string& name) {
    const auto status = status_of(parent, name);
    return !status && status.error().code() == ErrorCode::not_found;
}

bool leaves_out(const TreeFilter& filter, const std::string& path) {
    return filter.leaves_out && filter.leaves_out(path);
}

/// Whether what is in DIRECTORY is part of the tree, whose file system is DEVICE.
Result<bool> is_entered(const TreeFilter& filter, const Fd& directory, dev_t device) {
    DIM_TRY(const dev_t own, device_of(directory));
    return own == device || (filter.enters && filter.enters(directory));
}

/// Adds up a tree.
class Measurement {
public:
    explicit Measurement(const TreeFilter& filter) : filter_(filter) {}

    Result<void> add(const Fd& parent, const std::string& name, const std::string& path,
                     dev_t device, int depth) {
        if (depth > kTreeDepthLimit)
            return fail(ErrorCode::limit_exceeded, name + ": directories nested too deep");
        if (leaves_out(filter_, path)) return {};
        DIM_TRY(const struct stat status, status_of(parent, name));
        size.entries += 1;
        const auto data = std::min(static_cast<std::uint64_t>(status.st_size),
                                   static_cast<std::uint64_t>(status.st_blocks) * 512);
        if (S_ISREG(status.st_mode)) size.bytes += (data + kBlock - 1) / kBlock * kBlock;
        if (!S_ISDIR(status.st_mode)) return {};
        size.bytes += kBlock;
        DIM_TRY(const Fd directory, openat(parent, name, O_RDONLY | O_DIRECTORY));
        DIM_TRY(const bool enters, is_entered(filter_, directory, device));
        if (!enters) return {};
        DIM_TRY(const dev_t own_device, device_of(directory));
        DIM_TRY(const std::vector<std::string> names, list_names(directory));
        for (const std::string& child : names) {
            auto added = add(directory, child, path + "/" + child, own_device, depth + 1);
            if (!added && !is_gone(directory, child))
                return fail(std::move(added).error().with_context(name));
        }
        return {};
    }

    TreeSize size;

private:
    const TreeFilter& filter_;
};

/// Whether FILE is as it was at STATUS, which becomes what it is now.
Result<bool> is_unchanged(const Fd& file, struct stat& status) {
    struct stat now{};
    if (::fstat(file.get(), &now) != 0) return fail(Error::from_errno(errno, "fstat"));
    const bool is_same = now.st_size == status.st_size &&
                         now.st_mtim.tv_sec == status.st_mtim.tv_sec &&
                         now.st_mtim.tv_nsec == status.st_mtim.tv_nsec &&
                         now.st_ctim.tv_sec == status.st_ctim.tv_sec &&
                         now.st_ctim.tv_nsec == status.st_ctim.tv_nsec;
    status = now;
    return is_same;
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

/// Whether a file was the same at the end of its copy as at the beginning.
enum class Steadiness { steady, changed };

/// STATUS becomes that of what was copied.
Result<Steadiness> copy_regular(const Fd& from, const std::string& name, const Fd& to,
                                const std::string& to_name, struct stat& status) {
    // O_NONBLOCK: should it have become a FIFO meanwhile, opening must not wait.
    DIM_TRY(const Fd source, openat(from, name, O_RDONLY | O_NONBLOCK));
    if (::fstat(source.get(), &status) != 0) return fail(Error::from_errno(errno, "fstat"));
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::conflict, "changed its kind while it was copied");
    DIM_TRY(const Fd target, openat(to, to_name, O_WRONLY | O_CREAT | O_EXCL, 0600));
    for (int reading = 0; reading < kReadings; ++reading) {
        if (reading != 0) DIM_CHECK(ftruncate(target, 0));
        const Result<CopyMethod> method = copy_file(source, target);
        DIM_TRY(const bool is_whole, is_unchanged(source, status));
        if (is_whole && method) return Steadiness::steady;
        if (is_whole) return fail(method.error());
        if (!method && method.error().code() != ErrorCode::conflict) return fail(method.error());
    }
    return Steadiness::changed;
}

/// Of what is no directory.
Result<Steadiness> copy_content(const Fd& from, const std::string& name, const Fd& to,
                                const std::string& to_name, struct stat& status) {
    switch (status.st_mode & S_IFMT) {
        case S_IFREG: return copy_regular(from, name, to, to_name, status);
        case S_IFLNK: DIM_CHECK(copy_symlink(from, name, to, to_name)); break;
        default: DIM_CHECK(make_special(status, to_name, to)); break;
    }
    return Steadiness::steady;
}

}  // namespace

UnsteadyFiles& UnsteadyFiles::operator+=(const UnsteadyFiles& other) {
    vanished += other.vanished;
    changed += other.changed;
    for (const std::string& path : other.changed_paths)
        if (changed_paths.size() < kChangedPaths) changed_paths.push_back(path);
    return *this;
}

Result<void> copy_node(const Fd& from, const std::string& name, const Fd& to,
                       const std::string& to_name) {
    DIM_CHECK(check_name(name));
    DIM_CHECK(check_name(to_name));
    DIM_TRY(struct stat status, status_of(from, name));
    if (S_ISDIR(status.st_mode)) return fail(ErrorCode::conflict, "is a directory");
    DIM_TRY([[maybe_unused]] const Steadiness steadiness,
            copy_content(from, name, to, to_name, status));
    return copy_attributes(from, name, status, to, to_name);
}

Result<TreeSize> measure_tree(const Fd& parent, const std::string& name, const TreeFilter& filter) {
    DIM_CHECK(check_name(name));
    DIM_TRY(const dev_t device, device_of(parent));
    Measurement measurement(filter);
    DIM_CHECK(measurement.add(parent, name, name, device, 0));
    return measurement.size;
}

TreeCopy::TreeCopy(Fd destination, std::function<void(std::uint64_t)> progress, TreeFilter filter)
    : destination_(std::move(destination)),
      progress_(std::move(progress)),
      filter_(std::move(filter)) {}

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
    if (leaves_out(filter_, path)) return {};
    DIM_TRY(struct stat status, status_of(from, name));
    if (progress_) progress_(++entries_);
    const std::pair inode(status.st_dev, status.st_ino);
    if (!S_ISDIR(status.st_mode) && status.st_nlink > 1) {
        const auto [first, is_new] = linked_.try_emplace(inode, path);
        if (!is_new) {
            if (::linkat(destination_.get(), first->second.c_str(), to.get(), name.c_str(), 0) != 0)
                return fail(Error::from_errno(errno, "link " + path + " to " + first->second));
            return {};
        }
    }
    Result<void> copied = S_ISDIR(status.st_mode)
                              ? copy_directory(from, name, to, path, device, depth)
                              : copy_other(from, name, to, path, status);
    if (copied) copied = copy_attributes(from, name, status, to, name);
    if (copied) return {};
    linked_.erase(inode);
    // What was made of it until it vanished goes, too.
    if (is_gone(from, name)) DIM_CHECK(remove_tree(to, name));
    // An error from below already names its path.
    if (!S_ISDIR(status.st_mode)) return fail(std::move(copied).error().with_context(path));
    return copied;
}

Result<void> TreeCopy::copy_other(const Fd& from, const std::string& name, const Fd& to,
                                  const std::string& path, struct stat& status) {
    DIM_TRY(const Steadiness steadiness, copy_content(from, name, to, name, status));
    if (steadiness == Steadiness::changed)
        unsteady_ += {.vanished = 0, .changed = 1, .changed_paths = {path}};
    return {};
}

Result<void> TreeCopy::copy_directory(const Fd& from, const std::string& name, const Fd& to,
                                      const std::string& path, dev_t device, int depth) {
    DIM_TRY(const Fd source, openat(from, name, O_RDONLY | O_DIRECTORY));
    DIM_CHECK(mkdirat(to, name, 0700));
    DIM_TRY(const bool enters, is_entered(filter_, source, device));
    if (!enters) return {};
    DIM_TRY(const dev_t own_device, device_of(source));
    DIM_TRY(const Fd target, openat(to, name, O_RDONLY | O_DIRECTORY));
    DIM_TRY(const std::vector<std::string> names, list_names(source));
    for (const std::string& child : names) {
        Result<void> copied =
            copy_entry(source, child, target, path + "/" + child, own_device, depth + 1);
        if (copied) continue;
        if (!is_gone(source, child)) return copied;
        ++unsteady_.vanished;
    }
    return {};
}

}  // namespace dim::sys
