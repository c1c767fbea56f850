#pragma once

#include "libdim/cluster/expansion/explain.hpp"

#include <span>
#include <string>

namespace dim::tool {

/// For each attribute its value, where it comes from, and what it would be otherwise.
std::string explanation_text(std::span<const cluster::Explanation> explanations);

/// {"attributes": [{"attribute", "value", "origin", "overridden": […]}, …]}, one line.
std::string explanation_json(std::span<const cluster::Explanation> explanations);

}  // namespace dim::tool
