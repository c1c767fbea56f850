#include "libdim/manifest/removals.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <ranges>
#include <sys/stat.h>

namespace dim::manifest {

Result<void> Removals::remove_all() {
    // What is in a directory comes behind it.
    for (const Entry* entry : *names_ | std::views::reverse)
        DIM_CHECK(remove_name(entry->path));
    return {};
}

Result<void> Removals::remove_name(std::string_view path) {
    // Gone with what it was in, which is a file by now; or what it is in was left.
    const auto directory = parents_.of(path);
    if (!directory || is_left(path)) return {};
    auto removed = remove_alone(path, **directory, name_of(path));
    if (!removed) return fail(at_path(std::move(removed).error(), path));
    return {};
}

Result<bool> Removals::remove(std::string_view path, const sys::Fd& directory,
                              const std::string& name) {
    if (seen_ != nullptr) {
        const std::string prefix = std::string(path) + "/";
        const auto first = std::ranges::lower_bound(*names_, prefix, {}, &Entry::path);
        const auto end = std::find_if(first, names_->end(), [&](const Entry* entry) {
            return !entry->path.starts_with(prefix);
        });
        for (const Entry* entry : std::ranges::subrange(first, end) | std::views::reverse)
            DIM_CHECK(remove_name(entry->path));
    }
    return remove_alone(path, directory, name);
}

Result<bool> Removals::remove_alone(std::string_view path, const sys::Fd& directory,
                                    const std::string& name) {
    if (seen_ == nullptr) {
        DIM_CHECK(sys::remove_tree(directory, name));
        return true;
    }
    const auto status = sys::fstatat(directory, name);
    if (!status && status.error().code() == ErrorCode::not_found) return true;
    DIM_TRY(const bool is_removable, may_replace(path, directory, name));
    if (!is_removable) return false;
    const auto removed = S_ISDIR(status->mode) ? sys::remove_empty_directory(directory, name)
                                               : sys::unlinkat(directory, name);
    if (removed) return true;
    if (removed.error().system_errno() != ENOTEMPTY) return fail(removed.error());
    seen_->leave(path);
    return false;
}

Result<bool> Removals::may_replace(std::string_view path, const sys::Fd& directory,
                                   const std::string& name) {
    if (seen_ == nullptr) return true;
    DIM_TRY(const bool is_as_seen, seen_->is_as_seen(path, directory, name));
    if (!is_as_seen) seen_->leave(path);
    return is_as_seen;
}

Result<bool> Removals::may_set_attributes(std::string_view path, const sys::Fd& directory) {
    if (seen_ == nullptr) return true;
    DIM_TRY(const bool is_as_seen, seen_->has_seen_attributes(path, directory));
    if (!is_as_seen) seen_->leave_attributes(path);
    return is_as_seen;
}

bool Removals::leave_unreachable(std::string_view path, const Error& error) {
    if (seen_ == nullptr || !is_no_directory(error)) return false;
    seen_->leave(path);
    return true;
}

}  // namespace dim::manifest
