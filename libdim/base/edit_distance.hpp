#pragma once

#include <cstddef>
#include <string_view>

namespace dim {

/// How many single letters must be inserted, left out, replaced or exchanged with their neighbour
/// to make TO of FROM; capital letters are like small ones.
std::size_t edit_distance(std::string_view from, std::string_view to);

}  // namespace dim
