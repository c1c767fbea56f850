#pragma once

#include "libdim/base/result.hpp"

#include <string_view>

namespace dim::model {

/// What becomes of a path that was changed on a blade and in the generation that it gets.
enum class ConflictPolicy {
    ask,        ///< it stays as the blade has it, and is remembered until somebody decides
    keep,       ///< it stays as the blade has it
    overwrite,  ///< it becomes what the generation has
};

std::string_view to_string(ConflictPolicy policy);
Result<ConflictPolicy> parse_conflict_policy(std::string_view text);

}  // namespace dim::model
