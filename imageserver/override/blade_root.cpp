#include "imageserver/override/blade_root.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"

#include <sys/stat.h>

namespace dim::server {

namespace {

constexpr mode_t kPermissions = 07777;
constexpr mode_t kParentDirectoryMode = 0755;

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? "." : path.substr(0, slash);
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::unexpected<Error> in_the_way(const std::string& path, mode_t mode) {
    return fail(Error(ErrorCode::conflict,
                      "/" + path + " of the blade is " + std::string(file_type_text(mode)))
                    .with_cure("move it away in the blade's root ('dim blade exec'), or switch off "
                               "what is written there"));
}

/// What open_beneath says of a link, and of a file where a directory should be.
std::unexpected<Error> on_the_way(const Error& error, const std::string& path) {
    return fail(Error(ErrorCode::conflict, "/" + path + " of the blade: " + error.message())
                    .with_cure("see what is there in the blade's root, and move it away"));
}

}  // namespace

std::string_view file_type_text(mode_t mode) {
    if (S_ISREG(mode)) return "a file";
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISLNK(mode)) return "a symbolic link";
    if (S_ISFIFO(mode)) return "a FIFO";
    if (S_ISSOCK(mode)) return "a socket";
    return "a device node";
}

Result<BladeRoot> BladeRoot::open(const std::string& mount_point) {
    DIM_TRY(sys::Fd root, sys::open_directory(mount_point));
    DIM_TRY(const sys::FileStatus status, sys::fstat(root));
    DIM_TRY(const sys::FileStatus above, sys::stat(directory_of(mount_point)));
    if (status.device == above.device)
        return fail(Error(ErrorCode::conflict, "no blade image is mounted at " + mount_point)
                        .with_cure("try again; 'dim image list' shows what keeps it"));
    return BladeRoot(std::move(root));
}

/// Nothing when a directory on the way is not there.
Result<std::optional<sys::Fd>> BladeRoot::parent_of(const std::string& path) const {
    auto parent = sys::open_beneath(root_, directory_of(path), O_RDONLY | O_DIRECTORY);
    if (parent) return std::optional(std::move(*parent));
    if (parent.error().code() == ErrorCode::not_found) return std::optional<sys::Fd>();
    return on_the_way(std::move(parent).error(), path);
}

Result<std::optional<sys::FileStatus>> BladeRoot::status(const std::string& path) const {
    DIM_TRY(const std::optional<sys::Fd> parent, parent_of(path));
    if (!parent) return std::optional<sys::FileStatus>();
    const auto found = sys::fstatat(*parent, name_of(path));
    if (found) return std::optional(*found);
    if (found.error().code() == ErrorCode::not_found) return std::optional<sys::FileStatus>();
    return fail(Error(found.error()).with_context("/" + path + " of the blade"));
}

Result<bool> BladeRoot::has_directory(const std::string& path) const {
    const auto found = status(path);
    // A link on the way is none of ours: then it has no such directory.
    if (!found && found.error().code() == ErrorCode::conflict) return false;
    if (!found) return fail(found.error());
    return *found && S_ISDIR((*found)->mode);
}

Result<bool> BladeRoot::has_file(const std::string& path) const {
    const auto found = status(path);
    if (!found && found.error().code() == ErrorCode::conflict) return false;
    if (!found) return fail(found.error());
    return *found && S_ISREG((*found)->mode);
}

Result<std::optional<std::string>> BladeRoot::link(const std::string& path) const {
    DIM_TRY(const std::optional<sys::FileStatus> found, status(path));
    if (!found || !S_ISLNK(found->mode)) return std::optional<std::string>();
    DIM_TRY(const std::optional<sys::Fd> parent, parent_of(path));
    if (!parent) return std::optional<std::string>();
    auto target = sys::read_link(*parent, name_of(path));
    if (!target) return fail(std::move(target).error().with_context("/" + path + " of the blade"));
    return std::optional(std::move(*target));
}

Result<std::optional<BladeRoot::File>> BladeRoot::read(const std::string& path) const {
    DIM_TRY(const std::optional<sys::FileStatus> found, status(path));
    if (!found) return std::optional<File>();
    if (!S_ISREG(found->mode)) return in_the_way(path, found->mode);
    // It may be a FIFO by now: that must not be waited for.
    auto file = sys::open_beneath(root_, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file) return on_the_way(std::move(file).error(), path);
    DIM_TRY(const sys::FileStatus opened, sys::fstat(*file));
    if (!S_ISREG(opened.mode)) return in_the_way(path, opened.mode);
    auto bytes = sys::read_all(*file, kBladeFileBytes);
    if (!bytes) return fail(std::move(bytes).error().with_context("/" + path + " of the blade"));
    return std::optional<File>({.bytes = tls::SecretText(std::move(*bytes)),
                                .mode = opened.mode & kPermissions,
                                .owner = {.user = opened.owner, .group = opened.group}});
}

Result<std::vector<std::string>> BladeRoot::names(const std::string& directory) const {
    DIM_TRY(const bool is_there, has_directory(directory));
    if (!is_there) return std::vector<std::string>();
    auto opened = sys::open_beneath(root_, directory, O_RDONLY | O_DIRECTORY);
    if (!opened) return on_the_way(std::move(opened).error(), directory);
    DIM_TRY(auto found, sys::list_names(*opened));
    if (found.size() > kBladeNames)
        return fail(Error(ErrorCode::limit_exceeded,
                          "/" + directory + " of the blade has " + std::to_string(found.size()) +
                              " names; " + std::to_string(kBladeNames) + " are looked at"));
    return found;
}

Result<void> BladeRoot::make_directory(const std::string& path, mode_t mode,
                                       sys::FileOwner owner) const {
    if (path == ".") return {};
    DIM_TRY(const std::optional<sys::FileStatus> found, status(path));
    if (found && S_ISDIR(found->mode)) return {};
    if (found) return in_the_way(path, found->mode);
    DIM_CHECK(make_directory(directory_of(path), kParentDirectoryMode, {}));
    DIM_TRY(const std::optional<sys::Fd> parent, parent_of(path));
    if (!parent) return fail(ErrorCode::conflict, "/" + path + " of the blade: its directory went");
    // Its owner before its mode: until then nobody but root has business in it.
    DIM_CHECK(sys::mkdirat(*parent, name_of(path), 0700));
    auto made = sys::open_beneath(*parent, name_of(path), O_RDONLY | O_DIRECTORY);
    if (!made) return on_the_way(std::move(made).error(), path);
    DIM_CHECK(sys::fchown(*made, owner));
    return sys::fchmod(*made, mode);
}

Result<void> BladeRoot::write(const std::string& path, std::string_view bytes,
                              const sys::NewFile& file) const {
    DIM_CHECK(make_directory(directory_of(path), kParentDirectoryMode, {}));
    DIM_TRY(const std::optional<sys::FileStatus> found, status(path));
    if (found && S_ISDIR(found->mode)) return in_the_way(path, found->mode);
    DIM_TRY(const std::optional<sys::Fd> parent, parent_of(path));
    if (!parent) return fail(ErrorCode::conflict, "/" + path + " of the blade: its directory went");
    auto written = sys::write_file_atomically(*parent, name_of(path), bytes, file);
    if (written) return {};
    return fail(std::move(written).error().with_context("/" + path + " of the blade"));
}

Result<void> BladeRoot::sync() const { return sys::syncfs(root_); }

}  // namespace dim::server
