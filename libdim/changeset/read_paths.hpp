#pragma once

#include "libdim/changeset/outline.hpp"
#include "libdim/sys/fd.hpp"

namespace dim::changeset {

/// What there is below ROOT at the paths of OUTLINE. Errors name the path.
Result<manifest::Manifest> read_paths(const sys::Fd& root, const Outline& outline);

}  // namespace dim::changeset
