#pragma once

#include "libdim/base/result.hpp"

#include <string_view>

namespace dim::linuxrc {

/// The contents of the section NAME of FILE, a 64-bit ELF file of either byte order. Errors:
/// not_found; invalid_input when FILE is damaged or something else.
Result<std::string_view> elf_section(std::string_view file, std::string_view name);

}  // namespace dim::linuxrc
