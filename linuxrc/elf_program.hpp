#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/hardware.hpp"

#include <string_view>

namespace dim::linuxrc {

/// Errors: invalid_input unless FILE is a 64-bit ELF program for ARCHITECTURE that needs no dynamic
/// loader (System V ABI, object files).
Result<void> check_static_program(std::string_view file, model::Architecture architecture);

}  // namespace dim::linuxrc
