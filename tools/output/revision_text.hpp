#pragma once

#include "libdim/api/cluster_messages.hpp"

#include <string>

namespace dim::tool {

/// `dim cluster show`: one revision.
std::string revision_text(const api::ClusterRevision& revision);

/// `dim cluster history`: a table, the one in force marked.
std::string history_text(const api::ClusterRevisionList& list);

}  // namespace dim::tool
