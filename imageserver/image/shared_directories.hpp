#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/sys/fd.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// The first-level directories of a master that blades share unless they are named: where a
/// distribution keeps programs, as far as they are real directories (where /usr is merged, /bin is
/// a link into it). All else is each blade's own, /srv too, which a blade may write. Ascending.
Result<std::vector<std::string>> default_shared(const sys::Fd& root);

/// The first-level directories of a shared root that holds MANIFEST.
std::vector<std::string> shared_directories(const manifest::Manifest& manifest);

/// What a person should know of a new split: which directories are shared.
std::string tell_shared(const std::vector<std::string>& shared);

}  // namespace dim::server
