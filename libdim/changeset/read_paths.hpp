#pragma once

#include "libdim/changeset/outline.hpp"
#include "libdim/sys/fd.hpp"

#include <string>
#include <vector>

namespace dim::changeset {

/// What there is below ROOT at the paths of OUTLINE. Errors name the path; conflict where another
/// file system is mounted.
Result<manifest::Manifest> read_paths(const sys::Fd& root, const Outline& outline);

/// What is in the directories that OUTLINE removes or replaces, and not in its older tree: it would
/// go with them. By path; errors name the path.
Result<std::vector<std::string>> names_that_would_go(const sys::Fd& root, const Outline& outline);

}  // namespace dim::changeset
