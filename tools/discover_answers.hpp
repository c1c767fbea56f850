#pragma once

#include "tools/mac_difference.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dim::tool {

/// What a plug-in may say.
namespace discover_limits {
inline constexpr std::size_t kLineBytes = 4096;
inline constexpr std::size_t kLines = 40'000;  ///< two for each component of the largest cluster
inline constexpr std::size_t kMacs = 16;       ///< of one blade
inline constexpr std::size_t kProblems = 20;   ///< told of lines that name no blade
}  // namespace discover_limits

/// What the lines of a plug-in say.
struct DiscoverAnswers {
    Sightings sightings;
    std::vector<Error> problems;  ///< of lines that name no blade that was asked about
};

/// The lines of a plug-in (docs/hardware.md): {"name": "s01c1b01", "mac": ["00:0d:…"], "module":
/// "s01c1mm", "bay": 1}, or {"name": …, "error": "why not"}. A line that names one of ASKED and is
/// wrong is that blade's failure; so is a second one about it. Errors: limit_exceeded for too many
/// lines.
Result<DiscoverAnswers> parse_discover_answers(std::string_view text,
                                               const std::set<model::ComponentName>& asked);

}  // namespace dim::tool
