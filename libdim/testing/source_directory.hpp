#pragma once

#include <string>

namespace dim::testing {

/// The root of the source tree: what is documented there is tested as it stands.
std::string source_directory();

}  // namespace dim::testing
