#pragma once

#include "libdim/api/look_messages.hpp"

#include <string>

namespace dim::tool {

/// A line for each difference, with the rule that is behind it.
std::string blade_difference_text(const api::BladeDifference& difference);

/// A few lines: what the file is, and why.
std::string path_explanation_text(const api::PathExplanation& explanation);

/// What came of the last check of each blade image.
std::string blade_checks_text(const api::BladeImageCheckList& list);

}  // namespace dim::tool
