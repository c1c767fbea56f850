#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::linuxrc {

/// The firmware loads the file between address 0 and its own, at 12 MiB (real-base); a larger one
/// overwrites the firmware.
inline constexpr std::uint64_t kZimageLimit = std::uint64_t{12} << 20;

/// The same for a little-endian one: its note for the firmware asks for 32 MiB.
inline constexpr std::uint64_t kLittleEndianZimageLimit = std::uint64_t{32} << 20;

struct ZimageSettings {
    std::string kernel_kit;      ///< made by scripts/build-kernel
    std::string work_directory;  ///< for files in between; the caller deletes it
    /// Made by zimage_kernel(), for a kit without a kernel.
    std::string_view kernel = {};
    std::uint64_t limit = kZimageLimit;
};

/// Writes OUTPUT: the kernel, RAMDISK and COMMAND_LINE in one file for Open Firmware. Blocks for a
/// second. Errors: not_found when the kit or binutils are missing; limit_exceeded above the limit,
/// with what takes how much.
Result<void> assemble_zimage(const ZimageSettings& settings, std::string_view ramdisk,
                             const std::string& command_line, const std::string& output);

/// The bytes of ZIMAGE, which was assembled with the command line FROM, with TO in its place.
/// Errors: limit_exceeded; conflict when FROM is not its command line.
Result<std::string> with_command_line(std::string zimage, const std::string& from,
                                      const std::string& to);

/// What a zImage holds of VMLINUX, a kernel for ppc64le: what is loaded of it, compressed. Errors:
/// invalid_input for what is none.
Result<std::string> zimage_kernel(std::string_view vmlinux);

/// What is in a ZIMAGE that assemble_zimage made with a kernel; views of it.
struct ZimageContents {
    std::string_view kernel;  ///< as zimage_kernel() made it
    std::string_view ramdisk;
};
/// Errors: not_found; invalid_input.
Result<ZimageContents> read_zimage(std::string_view zimage);

}  // namespace dim::linuxrc
