#pragma once

#include "libdim/model/names.hpp"

#include <functional>
#include <span>
#include <string>

namespace dim::tool {

/// Names as a range: "s01c1b[01-14]".
using FoldNames = std::function<std::string(std::span<const model::ComponentName>)>;

}  // namespace dim::tool
