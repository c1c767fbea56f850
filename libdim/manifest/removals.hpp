#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/seen_paths.hpp"
#include "libdim/sys/fd.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dim::manifest {

/// What a change takes away from a tree: names that are no more, and what is in the way of new
/// ones. Where somebody else writes to the tree, that is only what is still as it was seen.
class Removals {
public:
    /// NAMES in the order of a manifest. SEEN: nobody else writes to the tree when it is null. All
    /// outlive this.
    Removals(const sys::Fd& root, const std::vector<const Entry*>& names, SeenPaths* seen)
        : parents_(root), names_(&names), seen_(seen) {}

    /// Each of the names, with what is below. Errors name the path, escaped.
    Result<void> remove_all();
    /// What is at PATH, which is NAME in DIRECTORY, with what is below. Returns whether it is gone;
    /// else it is left, and so is some of what is below.
    Result<bool> remove(std::string_view path, const sys::Fd& directory, const std::string& name);
    /// Whether something new may take the place of PATH, which is NAME in DIRECTORY; else it is
    /// left.
    Result<bool> may_replace(std::string_view path, const sys::Fd& directory,
                             const std::string& name);
    /// Whether the attributes of PATH, which is DIRECTORY, may be set; else they are left.
    Result<bool> may_set_attributes(std::string_view path, const sys::Fd& directory);
    /// PATH cannot be reached, as ERROR says. Whether it is left; else that is an error.
    bool leave_unreachable(std::string_view path, const Error& error);
    /// Whether PATH, or what it is in, was left.
    bool is_left(std::string_view path) const { return seen_ != nullptr && seen_->is_left(path); }

private:
    Result<void> remove_name(std::string_view path);
    /// A directory only when nothing is in it; but when nobody else writes, with what is below.
    Result<bool> remove_alone(std::string_view path, const sys::Fd& directory,
                              const std::string& name);

    OpenParents parents_;
    const std::vector<const Entry*>* names_;
    SeenPaths* seen_;
};

}  // namespace dim::manifest
