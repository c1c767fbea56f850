#pragma once

#include "imageserver/daemon/settings.hpp"
#include "libdim/base/result.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// Ends what a daemon that has gone left behind on purpose: its services, and every mount below the
/// state directory. Returns what was done. Errors: conflict while a daemon runs.
Result<std::vector<std::string>> tear_down(const DaemonSettings& settings);

}  // namespace dim::server
