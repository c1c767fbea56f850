#pragma once

#include "libdim/base/result.hpp"
#include "linuxrc/pe_file.hpp"

#include <string>
#include <string_view>

namespace dim::linuxrc {

/// What one PE program for UEFI is made of.
struct UnifiedKernelImageParts {
    std::string_view stub;    ///< systemd's linuxx64.efi.stub (systemd-stub(7))
    std::string_view kernel;  ///< vmlinuz
    std::string ramdisk;      ///< one compressed cpio archive, or several one behind the other
    std::string command_line;
    std::string os_release;  ///< os-release(5)
};

/// A unified kernel image (UAPI.5): the stub with a section for each part. The same parts make the
/// same bytes. Errors: invalid_input for what is no PE program of 64 bits, or has no room for more
/// sections; limit_exceeded for a command line that is too long.
Result<std::string> assemble_unified_kernel_image(const UnifiedKernelImageParts& parts);

/// FILE, which assemble_unified_kernel_image made, with another command line. Errors:
/// limit_exceeded; invalid_input when it is another file.
Result<std::string> with_uki_command_line(std::string file, const std::string& command_line);

/// What a FILE that assemble_unified_kernel_image made holds; views of it.
struct UnifiedKernelImageContents {
    std::string_view kernel;
    std::string_view ramdisk;
    std::string_view os_release;
};
/// Errors: invalid_input.
Result<UnifiedKernelImageContents> read_unified_kernel_image(std::string_view file);

/// Where they are in a file of FILE_SIZE bytes that begins with BEGINNING (see find_pe_section).
struct UnifiedKernelImagePlaces {
    PeSectionPlace kernel;
    PeSectionPlace ramdisk;
    PeSectionPlace command_line;
};
/// Errors: not_found, invalid_input: it is another file.
Result<UnifiedKernelImagePlaces> find_in_unified_kernel_image(std::string_view beginning,
                                                              std::uint64_t file_size);

}  // namespace dim::linuxrc
