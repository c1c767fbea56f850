#pragma once

#include <string>
#include <string_view>

namespace dim::linuxrc {

/// Which machine FILE is for: "x86_64" and the other words of model::Architecture, "i386", or
/// "another machine (ELF 243)". FILE: an ELF file (System V ABI), a PE program (Microsoft's PE
/// Format), or a kernel for x86 or ARM without either header (Documentation/arch/x86/boot.rst,
/// Documentation/arch/arm64/booting.rst). Empty: it does not tell.
std::string machine_of(std::string_view file);

}  // namespace dim::linuxrc
