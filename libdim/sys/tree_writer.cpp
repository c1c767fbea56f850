#include "libdim/sys/tree_writer.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace dim::sys {

namespace {

constexpr const char* kDirectoryAcl = "system.posix_acl_access";
constexpr const char* kDefaultAcl = "system.posix_acl_default";

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// "" is the directory itself.
std::string name_of(const std::string& path) {
    if (path.empty()) return ".";
    return path.substr(path.rfind('/') + 1);
}

bool is_real_directory(const Result<FileStatus>& status) { return status && S_ISDIR(status->mode); }

}  // namespace

Result<Fd> TreeWriter::open_directory_at(const std::string& path, int more_flags) const {
    if (path.empty()) return dup(root_);
    const int flags = O_RDONLY | O_DIRECTORY | more_flags;
    if (links_ == Links::within_root) return open_in_root(root_, path, flags);
    return open_beneath(root_, path, flags);
}

Result<Fd> TreeWriter::make_directories(const std::string& path) const {
    auto found = open_directory_at(path);
    if (found || path.empty() || found.error().code() != ErrorCode::not_found) return found;
    DIM_TRY(const Fd parent, make_directories(parent_of(path)));
    const std::string name = name_of(path);
    // A link that leads nowhere is there, too.
    if (auto made = mkdirat(parent, name, 0755); !made)
        return fail(std::move(made).error().with_context(path));
    DIM_CHECK(set_attributes(parent, name, {.mode = 0755, .modified = {}, .extended = {}}));
    return openat(parent, name, O_RDONLY | O_DIRECTORY);
}

Result<TreeWriter::Place> TreeWriter::place(const std::string& path, bool makes_parents) {
    const std::string parent = parent_of(path);
    if (!parent_ || parent != parent_path_) {
        parent_.reset();
        auto opened = makes_parents ? make_directories(parent) : open_directory_at(parent);
        if (!opened) return fail(std::move(opened).error());
        parent_ = *std::move(opened);
        parent_path_ = parent;
    }
    return Place{&parent_, name_of(path)};
}

Result<void> TreeWriter::make_room(const Place& place) {
    // Of a directory that goes nothing may be open here.
    const auto status = fstatat(*place.parent, place.name);
    if (!status && status.error().code() == ErrorCode::not_found) return {};
    return remove_tree(*place.parent, place.name);
}

Result<void> TreeWriter::set(const Place& place, const FileAttributes& attributes) {
    auto done = set_attributes(*place.parent, place.name, attributes);
    if (done || done.error().system_errno() != EOPNOTSUPP) return done;
    ++attributes_left_out_;
    return {};
}

Result<void> TreeWriter::directory(const std::string& path, const FileAttributes& attributes) {
    DIM_TRY(const Place where, place(path));
    if (!path.empty() && !is_real_directory(fstatat(*where.parent, where.name))) {
        DIM_CHECK(make_room(where));
        DIM_CHECK(mkdirat(*where.parent, where.name, 0700));
    }
    FileAttributes now = attributes;
    Unfinished later{.modified = attributes.modified, .default_acl = {}};
    // What is made below would inherit it.
    if (const auto acl = now.extended.find(kDefaultAcl); acl != now.extended.end()) {
        later.default_acl = acl->second;
        now.extended.erase(acl);
    }
    if (auto done = set(where, now); !done) return fail(std::move(done).error().with_context(path));
    unfinished_bytes_ += path.size() + sizeof later + 64 + later.default_acl.size();
    if (unfinished_bytes_ > kDirectoryBytes)
        return fail(ErrorCode::limit_exceeded, "too many directories");
    unfinished_.insert_or_assign(path, std::move(later));
    return {};
}

Result<Fd> TreeWriter::file(const std::string& path) {
    DIM_TRY(const Place where, place(path));
    DIM_CHECK(make_room(where));
    return openat(*where.parent, where.name, O_WRONLY | O_CREAT | O_EXCL, 0600);
}

Result<void> TreeWriter::finish_file(const std::string& path, const FileAttributes& attributes) {
    DIM_TRY(const Place where, place(path));
    return set(where, attributes);
}

Result<void> TreeWriter::symlink(const std::string& path, const std::string& target,
                                 const FileAttributes& attributes) {
    DIM_TRY(const Place where, place(path));
    DIM_CHECK(make_room(where));
    if (::symlinkat(target.c_str(), where.parent->get(), where.name.c_str()) != 0)
        return fail(Error::from_errno(errno, "make link"));
    return set(where, attributes);
}

Result<void> TreeWriter::special(const std::string& path, dev_t device,
                                 const FileAttributes& attributes) {
    DIM_TRY(const Place where, place(path));
    DIM_CHECK(make_room(where));
    if (::mknodat(where.parent->get(), where.name.c_str(), (attributes.mode & S_IFMT) | 0600,
                  device) != 0)
        return fail(Error::from_errno(errno, "make node"));
    return set(where, attributes);
}

Result<void> TreeWriter::hard_link(const std::string& path, const std::string& target) {
    DIM_TRY(const Fd directory, open_directory_at(parent_of(target)));
    const std::string name = name_of(target);
    DIM_TRY(const FileStatus old, fstatat(directory, name));
    if (S_ISDIR(old.mode)) return fail(ErrorCode::invalid_input, target + " is a directory");
    DIM_TRY(const Place where, place(path));
    const auto present = fstatat(*where.parent, where.name);
    // The same file already: to make room would take it away.
    if (present && present->inode == old.inode && present->device == old.device) return {};
    DIM_CHECK(make_room(where));
    if (::linkat(directory.get(), name.c_str(), where.parent->get(), where.name.c_str(), 0) != 0)
        return fail(Error::from_errno(errno, "link to " + target));
    return {};
}

Result<void> TreeWriter::extended_attribute(const std::string& path, const std::string& key,
                                            const std::string& value) {
    DIM_TRY(const Place where, place(path, false));
    auto done = set_extended_attribute(*where.parent, where.name, key, value);
    if (done || done.error().system_errno() != EOPNOTSUPP) return done;
    ++attributes_left_out_;
    return {};
}

Result<void> TreeWriter::remove(const std::string& path) {
    auto where = place(path, false);
    if (!where) {
        if (where.error().code() == ErrorCode::not_found) return {};
        return fail(std::move(where).error());
    }
    return remove_tree(*where->parent, where->name);
}

Result<void> TreeWriter::clear(const std::string& path) {
    parent_.reset();
    const auto directory = open_directory_at(path);
    if (!directory) {
        if (directory.error().code() == ErrorCode::not_found) return {};
        return fail(directory.error());
    }
    DIM_TRY(const std::vector<std::string> names, list_names(*directory));
    for (const std::string& name : names)
        DIM_CHECK(remove_tree(*directory, name));
    return {};
}

Result<void> TreeWriter::finish() {
    parent_.reset();
    // From the end: what is below comes after.
    for (auto entry = unfinished_.rbegin(); entry != unfinished_.rend(); ++entry) {
        const auto& [path, later] = *entry;
        const auto directory = open_directory_at(path, O_NOFOLLOW);
        // Something else is there now.
        if (!directory) continue;
        DIM_TRY(const FileStatus status, fstat(*directory));
        FileAttributes attributes{.mode = status.mode,
                                  .owner = status.owner,
                                  .group = status.group,
                                  .modified = later.modified,
                                  .extended = {}};
        // It stays: what set() is not given, it takes away.
        DIM_TRY(const ExtendedAttributes has, extended_attributes(*directory, "."));
        if (const auto acl = has.find(kDirectoryAcl); acl != has.end())
            attributes.extended.insert(*acl);
        if (!later.default_acl.empty()) attributes.extended[kDefaultAcl] = later.default_acl;
        DIM_CHECK(set({.parent = &*directory, .name = "."}, attributes));
    }
    unfinished_.clear();
    unfinished_bytes_ = 0;
    return {};
}

}  // namespace dim::sys
