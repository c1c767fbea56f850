#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dim::linuxrc {

/// What a zImage has room for, its closing NUL included (BOOT_COMMAND_LINE_SIZE,
/// arch/powerpc/boot/ops.h).
inline constexpr std::size_t kCommandLineBytes = 2048;

/// Errors: limit_exceeded, with the cure, when LINE does not fit into that.
Result<void> check_command_line_size(std::string_view line);

/// The kernel command line of WORDS. Errors: invalid_input for a word that the kernel would not
/// take as one (empty, blanks, quotes, control characters, bytes outside ASCII); limit_exceeded
/// when they are too long together.
Result<std::string> render_command_line(std::span<const std::string> words);

}  // namespace dim::linuxrc
