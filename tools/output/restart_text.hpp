#pragma once

#include "libdim/api/restart_messages.hpp"
#include "tools/output/fold_names.hpp"

#include <string>

namespace dim::tool {

/// A line for each unit, or program that belongs to none, of each blade that is to be started anew,
/// and for each kernel; then in a sentence for each which blades have nothing to do, and of which
/// nothing is known. FOLD: "s01c1b[01-14]" for blades.
std::string restart_text(const api::RestartList& list, const FoldNames& fold);

}  // namespace dim::tool
