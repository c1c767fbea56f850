#pragma once

#include "libdim/base/result.hpp"

#include <string_view>

namespace dim::linuxrc {

/// Errors: invalid_input unless FILE is a big-endian 64-bit PowerPC ELF program that needs no
/// dynamic loader (System V ABI, object files).
Result<void> check_static_ppc64(std::string_view file);

}  // namespace dim::linuxrc
