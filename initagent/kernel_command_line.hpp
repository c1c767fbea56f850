#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::agent {

/// Longer than any architecture's COMMAND_LINE_SIZE.
inline constexpr std::size_t kCommandLineLimit = 16 * 1024;

/// One word of the kernel's command line: "quiet", "dim.server=10.1.0.1".
struct CommandLineWord {
    std::string name;
    std::optional<std::string> value;  ///< what follows the first '='

    bool operator==(const CommandLineWord&) const = default;
};

/// The words up to "--", which are the kernel's; what follows belongs to init. Blanks separate
/// words except between double quotes; the quotes themselves are dropped.
/// Errors: limit_exceeded above kCommandLineLimit bytes.
Result<std::vector<CommandLineWord>> parse_command_line(std::string_view text);

/// A text that parse_command_line reads back to the same words.
std::string to_string(const std::vector<CommandLineWord>& words);

}  // namespace dim::agent
