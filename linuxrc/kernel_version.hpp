#pragma once

#include <string>
#include <string_view>

namespace dim::linuxrc {

/// What "uname -v" will say once the kernel in FILE runs: "#1 SMP Debian 6.1.162-1 (2026-02-08)".
/// FILE: a bzImage (Documentation/arch/x86/boot.rst, kernel_version), or an ELF program, vmlinux.
/// Empty: it does not tell.
std::string kernel_version(std::string_view file);

}  // namespace dim::linuxrc
