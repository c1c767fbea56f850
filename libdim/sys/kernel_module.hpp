#pragma once

#include "libdim/base/result.hpp"

#include <string>

namespace dim::sys {

/// Gives the running kernel the module in FILE (finit_module(2)), which is not compressed; one that
/// it has already is success. Errors: those of the kernel, which tells more in its log.
Result<void> load_kernel_module(const std::string& file);

}  // namespace dim::sys
