#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::linuxrc {

/// The firmware loads the file between address 0 and its own, at 12 MiB (real-base); a larger one
/// overwrites the firmware.
inline constexpr std::uint64_t kZimageLimit = std::uint64_t{12} << 20;

struct ZimageSettings {
    std::string kernel_kit;      ///< made by scripts/build-kernel
    std::string work_directory;  ///< for files in between; the caller deletes it
};

/// Writes OUTPUT: the kernel of the kit, RAMDISK and COMMAND_LINE in one file for Open Firmware.
/// Blocks for a second. Errors: not_found when the kit or binutils are missing; limit_exceeded
/// above kZimageLimit, with what takes how much.
Result<void> assemble_zimage(const ZimageSettings& settings, std::string_view ramdisk,
                             const std::string& command_line, const std::string& output);

/// The bytes of ZIMAGE, which was assembled with the command line FROM, with TO in its place.
/// Errors: limit_exceeded; conflict when FROM is not its command line.
Result<std::string> with_command_line(std::string zimage, const std::string& from,
                                      const std::string& to);

}  // namespace dim::linuxrc
