#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/sys/tree_filter.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// Some paths of a tree, with what is below them.
class TreeScope {
public:
    /// PATHS as an administrator names them, "/etc/passwd", absolute and plain; "usr/lib" inside.
    static TreeScope of(const std::vector<std::string>& paths);

    const std::vector<std::string>& paths() const { return paths_; }
    bool has(std::string_view path) const;
    /// Whether PATH is a directory on the way to one of them; "" always is.
    bool is_above(std::string_view path) const;
    /// FILTER, of what is in the scope or on the way to it alone. May outlive this.
    sys::TreeFilter within(const sys::TreeFilter& filter) const;
    /// "/etc/passwd, /etc/group and 3 more"
    std::string text() const;

private:
    std::vector<std::string> paths_;
};

/// NEWEST, with what MASTER has at the paths of SCOPE in the place of its own. Errors: not_found
/// for a path that neither has; conflict for a file with a name in the scope and another one
/// outside it, and where MASTER has what is no directory above a path.
Result<manifest::Manifest> with_scope_of(const manifest::Manifest& newest,
                                         const manifest::Manifest& master, const TreeScope& scope);

}  // namespace dim::server
