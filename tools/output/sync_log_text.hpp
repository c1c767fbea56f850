#pragma once

#include "libdim/api/sync_messages.hpp"

#include <string>

namespace dim::tool {

/// A line for each sync.
std::string sync_log_text(const api::SyncLog& log);
/// The same of one blade: what became of it, and the paths that stayed as it has them.
std::string blade_sync_log_text(const api::SyncLog& log);

}  // namespace dim::tool
