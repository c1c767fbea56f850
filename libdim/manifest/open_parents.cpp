#include "libdim/manifest/open_parents.hpp"

#include "libdim/manifest/escaped_text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <cerrno>
#include <utility>

namespace dim::manifest {

std::string_view parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? std::string_view{} : path.substr(0, slash);
}

std::string name_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == path.npos ? path : path.substr(slash + 1));
}

Error at_path(Error error, std::string_view path) {
    return std::move(error).with_context(path.empty() ? "." : escape(std::string(path)));
}

bool is_no_directory(const Error& error) {
    return error.code() == ErrorCode::invalid_input || error.system_errno() == ENOENT ||
           error.system_errno() == ENOTDIR;
}

Result<const sys::Fd*> OpenParents::of(std::string_view path) {
    const std::string_view parent = parent_of(path);
    if (parent.empty()) return root_;
    if (!open_ || parent != path_) {
        DIM_TRY(open_, sys::open_beneath(*root_, parent, O_RDONLY | O_DIRECTORY));
        path_ = parent;
    }
    return &*open_;
}

Result<const sys::Fd*> OpenParents::make(std::string_view path) {
    const std::string_view parent = parent_of(path);
    auto opened = of(path);
    if (opened || opened.error().code() != ErrorCode::not_found) return opened;
    DIM_TRY(const sys::Fd* above, make(parent));
    auto made = sys::mkdirat(*above, name_of(parent), 0700);
    if (!made && made.error().code() != ErrorCode::already_exists)
        return fail(std::move(made).error());
    return of(path);
}

}  // namespace dim::manifest
