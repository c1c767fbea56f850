#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dim::power {

/// Names and values of variables.
using Variables = std::vector<std::pair<std::string, std::string>>;

/// The environment of a program: MORE, and of ours what any program needs and nothing secret
/// (docs/hardware.md). Credentials that dim was given in its environment are not among it.
std::vector<std::string> environment_with(const Variables& more);

}  // namespace dim::power
