#include "libdim/sys/file_attributes.hpp"

#include "libdim/base/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

namespace dim::sys {

namespace {

// The kernel's own limits (xattr(7)).
constexpr std::size_t kNameListLimit = 64 * 1024;
constexpr std::size_t kValueLimit = 64 * 1024;

constexpr const char* kAccessAcl = "system.posix_acl_access";

// There is no lgetxattrat: /proc/self/fd leads to the directory itself, and l…xattr does not follow
// the last component.
std::string path_through_fd(const Fd& directory, const std::string& name) {
    return "/proc/self/fd/" + std::to_string(directory.get()) + "/" + name;
}

Result<void> copy_extended_attributes(const std::string& from, const std::string& to) {
    // What it got of its directory's default ACL; whoever has one of its own gets that below.
    (void)::lremovexattr(to.c_str(), kAccessAcl);
    std::vector<char> names(kNameListLimit);
    const ssize_t length = ::llistxattr(from.c_str(), names.data(), names.size());
    if (length < 0) {
        if (errno == EOPNOTSUPP) return {};
        return fail(Error::from_errno(errno, "list extended attributes"));
    }
    std::vector<char> value;
    for (const char* name = names.data(); name < names.data() + length;
         name += std::strlen(name) + 1) {
        value.resize(kValueLimit);
        const ssize_t size = ::lgetxattr(from.c_str(), name, value.data(), value.size());
        if (size < 0)
            return fail(Error::from_errno(errno, std::string("extended attribute ") + name));
        if (::lsetxattr(to.c_str(), name, value.data(), static_cast<std::size_t>(size), 0) != 0)
            return fail(Error::from_errno(errno, std::string("extended attribute ") + name));
    }
    return {};
}

/// What CALL(buffer, size) has to say, however long; the first try is enough for nearly every file.
template <class Call>
Result<std::string> read_attribute_text(std::size_t limit, Call call) {
    std::array<char, 512> first{};
    ssize_t length = call(first.data(), first.size());
    if (length >= 0) return std::string(first.data(), static_cast<std::size_t>(length));
    std::string text(errno == ERANGE ? limit : 0, '\0');
    if (!text.empty()) length = call(text.data(), text.size());
    if (length < 0) return fail(Error::from_errno(errno, "extended attributes"));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

/// LIST(buffer, size) gives the names, GET(name, buffer, size) a value.
template <class List, class Get>
Result<ExtendedAttributes> read_extended_attributes(List list, Get get) {
    ExtendedAttributes attributes;
    Result<std::string> names = read_attribute_text(kNameListLimit, list);
    if (!names && names.error().system_errno() == EOPNOTSUPP) return attributes;
    if (!names) return fail(std::move(names).error());
    for (std::size_t begin = 0; begin < names->size();) {
        const std::string name = names->c_str() + begin;
        begin += name.size() + 1;
        Result<std::string> value =
            read_attribute_text(kValueLimit, [&](char* buffer, std::size_t size) {
                return get(name.c_str(), buffer, size);
            });
        // Taken away since they were listed.
        if (!value && value.error().system_errno() == ENODATA) continue;
        if (!value) return fail(std::move(value).error().with_context(name));
        attributes.emplace(name, *std::move(value));
    }
    return attributes;
}

}  // namespace

Result<ExtendedAttributes> extended_attributes(const Fd& fd) {
    return read_extended_attributes(
        [&](char* buffer, std::size_t size) { return ::flistxattr(fd.get(), buffer, size); },
        [&](const char* name, char* buffer, std::size_t size) {
            return ::fgetxattr(fd.get(), name, buffer, size);
        });
}

Result<ExtendedAttributes> extended_attributes(const Fd& directory, const std::string& name) {
    const std::string path = path_through_fd(directory, name);
    return read_extended_attributes(
        [&](char* buffer, std::size_t size) { return ::llistxattr(path.c_str(), buffer, size); },
        [&](const char* attribute, char* buffer, std::size_t size) {
            return ::lgetxattr(path.c_str(), attribute, buffer, size);
        });
}

Result<void> copy_attributes(const Fd& from, const std::string& from_name,
                             const struct stat& status, const Fd& to, const std::string& to_name) {
    // This order: a new owner clears set-user-ID bits and capabilities, and all but times changes
    // times.
    if (::fchownat(to.get(), to_name.c_str(), status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) !=
        0)
        return fail(Error::from_errno(errno, "set owner"));
    DIM_CHECK(
        copy_extended_attributes(path_through_fd(from, from_name), path_through_fd(to, to_name)));
    if (!S_ISLNK(status.st_mode) &&
        ::fchmodat(to.get(), to_name.c_str(), status.st_mode & 07777, 0) != 0) {
        return fail(Error::from_errno(errno, "set permissions"));
    }
    const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
    if (::utimensat(to.get(), to_name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0)
        return fail(Error::from_errno(errno, "set times"));
    return {};
}

Result<void> replace_attributes(const Fd& fd, const FileAttributes& attributes) {
    if (::fchown(fd.get(), attributes.owner, attributes.group) != 0)
        return fail(Error::from_errno(errno, "set owner"));
    DIM_TRY(const ExtendedAttributes present, extended_attributes(fd));
    for (const auto& [name, value] : present)
        if (!attributes.extended.contains(name) && ::fremovexattr(fd.get(), name.c_str()) != 0)
            return fail(Error::from_errno(errno, "take away extended attribute " + name));
    for (const auto& [name, value] : attributes.extended)
        if (::fsetxattr(fd.get(), name.c_str(), value.data(), value.size(), 0) != 0)
            return fail(Error::from_errno(errno, "extended attribute " + name));
    if (::fchmod(fd.get(), attributes.mode) != 0)
        return fail(Error::from_errno(errno, "set permissions"));
    const std::array<timespec, 2> times{
        timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
        timespec{.tv_sec = attributes.modified.seconds,
                 .tv_nsec = static_cast<long>(attributes.modified.nanoseconds)}};
    if (::futimens(fd.get(), times.data()) != 0) return fail(Error::from_errno(errno, "set times"));
    return {};
}

Result<void> set_extended_attribute(const Fd& directory, const std::string& name,
                                    const std::string& key, const std::string& value) {
    const std::string path = path_through_fd(directory, name);
    if (::lsetxattr(path.c_str(), key.c_str(), value.data(), value.size(), 0) == 0) return {};
    return fail(Error::from_errno(errno, "extended attribute " + printable(key, 100)));
}

Result<void> set_attributes(const Fd& directory, const std::string& name,
                            const FileAttributes& attributes) {
    struct stat status{};
    if (::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(Error::from_errno(errno, "fstatat"));
    // The same order as in copy_attributes.
    if (::fchownat(directory.get(), name.c_str(), attributes.owner, attributes.group,
                   AT_SYMLINK_NOFOLLOW) != 0)
        return fail(Error::from_errno(errno, "set owner"));
    Result<void> extended;
    for (const auto& [key, value] : attributes.extended) {
        if (key == kAccessAcl) continue;
        Result<void> done = set_extended_attribute(directory, name, key, value);
        if (done) continue;
        if (done.error().system_errno() != EOPNOTSUPP) return done;
        extended = std::move(done);
    }
    if (!S_ISLNK(status.st_mode) &&
        ::fchmodat(directory.get(), name.c_str(), attributes.mode & 07777, 0) != 0) {
        return fail(Error::from_errno(errno, "set permissions"));
    }
    // Of the directory's default ACL.
    if (!S_ISLNK(status.st_mode) && !attributes.extended.contains(kAccessAcl))
        (void)::lremovexattr(path_through_fd(directory, name).c_str(), kAccessAcl);
    // Says more than the permissions, of which it has its own idea.
    if (const auto acl = attributes.extended.find(kAccessAcl); acl != attributes.extended.end()) {
        Result<void> done = set_extended_attribute(directory, name, acl->first, acl->second);
        if (!done && done.error().system_errno() != EOPNOTSUPP) return done;
        if (!done) extended = std::move(done);
    }
    const timespec modified{.tv_sec = attributes.modified.seconds,
                            .tv_nsec = static_cast<long>(attributes.modified.nanoseconds)};
    const std::array<timespec, 2> times{modified, modified};
    if (::utimensat(directory.get(), name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0)
        return fail(Error::from_errno(errno, "set times"));
    return extended;
}

}  // namespace dim::sys
