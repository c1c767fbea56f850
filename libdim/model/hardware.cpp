#include "libdim/model/hardware.hpp"

#include "libdim/model/enum_text.hpp"

#include <algorithm>

namespace dim::model {

namespace {

constexpr EnumWords<Architecture, 4> kArchitectures{{
    {Architecture::ppc64, "ppc64"},
    {Architecture::ppc64le, "ppc64le"},
    {Architecture::x86_64, "x86_64"},
    {Architecture::aarch64, "aarch64"},
}};

constexpr EnumWords<BladeType, 6> kBladeTypes{{
    {BladeType::js20, "js20"},
    {BladeType::js21, "js21"},
    {BladeType::x86_64_uefi, "x86_64-uefi"},
    {BladeType::x86_64_bios, "x86_64-bios"},
    {BladeType::pseries, "pseries"},
    {BladeType::aarch64_uefi, "aarch64-uefi"},
}};

constexpr std::array<Platform, 6> kPlatforms{{
    {.type = BladeType::js20,
     .architecture = Architecture::ppc64,
     .boot_file = BootFileFormat::zimage,
     .console = "console=hvc0"},
    {.type = BladeType::js21,
     .architecture = Architecture::ppc64,
     .boot_file = BootFileFormat::zimage,
     .console = "console=hvc0"},
    {.type = BladeType::x86_64_uefi,
     .architecture = Architecture::x86_64,
     .boot_file = BootFileFormat::unified_kernel_image,
     .console = "console=tty0 console=ttyS0,115200"},
    {.type = BladeType::x86_64_bios,
     .architecture = Architecture::x86_64,
     .boot_file = BootFileFormat::unified_kernel_image,
     .console = "console=tty0 console=ttyS0,115200"},
    {.type = BladeType::pseries,
     .architecture = Architecture::ppc64le,
     .boot_file = BootFileFormat::zimage,
     .console = "console=hvc0"},
    {.type = BladeType::aarch64_uefi,
     .architecture = Architecture::aarch64,
     .boot_file = BootFileFormat::unified_kernel_image,
     .console = "console=tty0 console=ttyAMA0,115200"},
}};

}  // namespace

std::string_view to_string(Architecture architecture) {
    return word_of(kArchitectures, architecture);
}

Result<Architecture> parse_architecture(std::string_view text) {
    return parse_word(kArchitectures, "architecture", text);
}

std::string_view to_string(BladeType type) { return word_of(kBladeTypes, type); }

Result<BladeType> parse_blade_type(std::string_view text) {
    return parse_word(kBladeTypes, "blade type", text);
}

std::string known_blade_types() {
    std::string known;
    for (const auto& [type, word] : kBladeTypes)
        known.append(known.empty() ? "" : ", ").append(word);
    return known;
}

const Platform& platform_of(BladeType type) {
    return *std::ranges::find(kPlatforms, type, &Platform::type);
}

const Platform* platform_of(Architecture architecture) {
    const auto* found = std::ranges::find(kPlatforms, architecture, &Platform::architecture);
    return found == kPlatforms.end() ? nullptr : found;
}

Architecture architecture_of(BladeType type) { return platform_of(type).architecture; }

}  // namespace dim::model
