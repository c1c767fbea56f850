#pragma once

#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

namespace dim::model {

/// The instruction set and byte order an image is made for.
enum class Architecture { ppc64, ppc64le, x86_64, aarch64 };

std::string_view to_string(Architecture architecture);
Result<Architecture> parse_architecture(std::string_view text);

/// A kind of blade, a row of docs/platforms.md.
enum class BladeType {
    js20,          ///< IBM 8842: two PowerPC 970/970FX
    js21,          ///< IBM 8844: PowerPC 970MP
    x86_64_uefi,   ///< any x86-64 machine that boots by UEFI
    x86_64_bios,   ///< any x86-64 machine that boots by BIOS
    pseries,       ///< IBM POWER8 and later, little-endian, with Open Firmware
    aarch64_uefi,  ///< any 64-bit ARM machine whose firmware is UEFI
};

std::string_view to_string(BladeType type);
Result<BladeType> parse_blade_type(std::string_view text);
/// "js20, js21, x86_64-uefi, …"
std::string known_blade_types();

/// What a firmware loads from the network.
enum class BootFileFormat {
    zimage,                ///< kernel and initramfs in one ELF program, for Open Firmware
    unified_kernel_image,  ///< the same in one PE program, for UEFI (UAPI.5 UKI)
};

/// What a blade of a type can run, and how it is told to.
struct Platform {
    BladeType type;
    Architecture architecture;
    BootFileFormat boot_file;
    std::string_view console;  ///< words of the kernel command line
};

const Platform& platform_of(BladeType type);
/// How images of an architecture are booted: the first platform that runs it; nullptr: none does.
const Platform* platform_of(Architecture architecture);

/// Whether it boots the kernel of the distribution in its image; else that of the kernel kit.
constexpr bool boots_distributions_kernel(const Platform& platform) {
    return platform.architecture != Architecture::ppc64;
}

/// What a blade of this type can run.
Architecture architecture_of(BladeType type);

}  // namespace dim::model
