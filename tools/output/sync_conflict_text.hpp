#pragma once

#include "libdim/api/sync_messages.hpp"

#include <string>

namespace dim::tool {

/// Each conflict with what both generations and the blade have, as far as that was looked at.
std::string sync_conflict_text(const api::SyncConflictList& list);

}  // namespace dim::tool
