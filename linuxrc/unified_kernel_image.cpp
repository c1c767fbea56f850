#include "linuxrc/unified_kernel_image.hpp"

#include "linuxrc/command_line.hpp"

namespace dim::linuxrc {

namespace {

// UAPI.5: what systemd-stub(7) looks for.
constexpr const char* kOsRelease = ".osrel";
constexpr const char* kCommandLine = ".cmdline";
constexpr const char* kKernel = ".linux";
constexpr const char* kRamdisk = ".initrd";

}  // namespace

Result<std::string> assemble_unified_kernel_image(const UnifiedKernelImageParts& parts) {
    DIM_CHECK(check_command_line_size(parts.command_line));
    auto made = add_pe_sections(
        parts.stub,
        {{.name = kOsRelease, .contents = parts.os_release},
         {.name = kCommandLine, .contents = parts.command_line, .room = kCommandLineBytes},
         {.name = kRamdisk, .contents = parts.ramdisk},
         {.name = kKernel, .contents = parts.kernel}});
    if (made) return made;
    return fail(
        std::move(made)
            .error()
            .with_context("unified kernel image")
            .with_cure("install systemd's stub for UEFI anew: apt-get install systemd-boot-efi"));
}

Result<std::string> with_uki_command_line(std::string file, const std::string& command_line) {
    DIM_CHECK(check_command_line_size(command_line));
    return replace_pe_section(std::move(file), kCommandLine, command_line);
}

Result<UnifiedKernelImageContents> read_unified_kernel_image(std::string_view file) {
    UnifiedKernelImageContents contents;
    DIM_TRY(contents.kernel, pe_section(file, kKernel));
    DIM_TRY(contents.ramdisk, pe_section(file, kRamdisk));
    DIM_TRY(contents.os_release, pe_section(file, kOsRelease));
    return contents;
}

Result<UnifiedKernelImagePlaces> find_in_unified_kernel_image(std::string_view beginning,
                                                              std::uint64_t file_size) {
    DIM_TRY(const PeSectionPlace kernel, find_pe_section(beginning, file_size, kKernel));
    DIM_TRY(const PeSectionPlace ramdisk, find_pe_section(beginning, file_size, kRamdisk));
    DIM_TRY(const PeSectionPlace command_line, find_pe_section(beginning, file_size, kCommandLine));
    return UnifiedKernelImagePlaces{kernel, ramdisk, command_line};
}

}  // namespace dim::linuxrc
