#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// What an administrator says of the kernel in an image's boot files (`dim buildzimage`).
struct KernelWishes {
    /// More modules than boot_drivers.hpp has, sorted, as model::parse_module_name() has them.
    std::vector<std::string> drivers = {};
    /// Which release, as fnmatch(3) compares it; empty: the newest.
    std::string release = {};

    bool operator==(const KernelWishes&) const = default;
};

/// Errors: invalid_input for what is no name of a module, or no release.
Result<KernelWishes> parse_wishes(const api::BuildBootFile& request);

/// Those that FILE was built with.
KernelWishes wishes_of(const api::BootFile& file);

/// WISHES with the drivers of a platform, too.
KernelWishes with_drivers(KernelWishes wishes, const std::vector<std::string>& drivers);

}  // namespace dim::server
