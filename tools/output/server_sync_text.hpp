#pragma once

#include "libdim/api/push_messages.hpp"

#include <string>

namespace dim::tool {

/// What became of each server, as a table, and a sentence about those that do not have the image.
std::string server_sync_text(const api::ServerSyncReport& report);

}  // namespace dim::tool
