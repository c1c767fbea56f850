#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dim::power {

/// Names and values of variables.
using Variables = std::vector<std::pair<std::string, std::string>>;

/// The environment of a program that gets ours and, in place of those of the same name, MORE.
std::vector<std::string> environment_with(const Variables& more);

}  // namespace dim::power
