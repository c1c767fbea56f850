#pragma once

#include "libdim/api/sync_messages.hpp"
#include "tools/command.hpp"

#include <string>
#include <vector>

namespace dim::tool {

/// Of WORDS those that begin with '/' are paths, the others ranges of blades. IMAGE may be empty.
/// Failures: usage; and those of BladeSelection::resolve.
Outcome<api::SyncConflictQuery> conflict_query(const Context& context, const std::string& image,
                                               const std::vector<std::string>& words);
/// What is open of that.
Outcome<> show_conflicts(const Context& context, const api::SyncConflictQuery& query);

}  // namespace dim::tool
