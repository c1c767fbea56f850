#pragma once

#include "libdim/manifest/manifest.hpp"

#include <string_view>

namespace dim::manifest {

/// The entry with this path ("usr/bin/env"); null when TREE has none.
const Entry* entry_at(const Manifest& tree, std::string_view path);

/// What PATH ("/sbin/init") leads to for a process whose root TREE is: links are followed, also the
/// last one (path_resolution(7)). Null when it leads to nothing.
const Entry* resolve(const Manifest& tree, std::string_view path);

}  // namespace dim::manifest
