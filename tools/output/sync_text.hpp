#pragma once

#include "libdim/api/sync_messages.hpp"
#include "tools/output/fold_names.hpp"

#include <string>

namespace dim::tool {

/// A line for the blades of each outcome, then what stays as blades have it and why; of a dry run
/// what would change, too. FOLD: "s01c1b[01-14]" for blades.
std::string sync_text(const api::SyncReport& report, const FoldNames& fold);

}  // namespace dim::tool
