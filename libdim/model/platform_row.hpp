#pragma once

#include "libdim/model/hardware.hpp"
#include "libdim/model/names.hpp"

#include <string>
#include <vector>

namespace dim::model {

/// A row that a cluster definition adds to the table of platforms (docs/platforms.md). What it does
/// not say is as in the row of LIKE.
struct PlatformRow {
    ComponentName name;
    BladeType like;
    std::vector<std::string> console{};  ///< "ttyS1,115200"; the last is /dev/console
    std::vector<std::string> kernel_arguments{};
    std::vector<std::string> drivers{};  ///< modules, sorted, as parse_module_name() has them
    bool operator==(const PlatformRow&) const = default;
};

/// A module's name as the kernel compares it: "octeon_ep" of "octeon-ep". Errors: invalid_input for
/// what is no name.
Result<std::string> parse_module_name(std::string_view text);

}  // namespace dim::model
