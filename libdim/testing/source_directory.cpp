#include "libdim/testing/source_directory.hpp"

namespace dim::testing {

std::string source_directory() { return DIM_SOURCE_DIR; }

}  // namespace dim::testing
