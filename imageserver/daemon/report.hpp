#pragma once

#include "libdim/base/error.hpp"

#include <string_view>

namespace dim::server {

/// Into the daemon's own log: what failed of WHAT, which nobody waits for.
void report(std::string_view what, const Error& error);

}  // namespace dim::server
