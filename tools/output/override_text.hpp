#pragma once

#include "libdim/api/override_messages.hpp"

#include <string>

namespace dim::tool {

/// A line for each file of each image, and for each problem; no rule that writes nothing.
std::string override_list_text(const api::OverrideList& list);

/// All that is known of the files of LIST, with their texts.
std::string override_files_text(const api::OverrideList& list);

/// The part of LIST that writing would change or cannot: what is missing, outdated, changed by the
/// blade, or has a problem.
api::OverrideList overrides_to_write(api::OverrideList list);

}  // namespace dim::tool
