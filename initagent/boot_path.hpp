#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace dim::agent {

inline constexpr std::size_t kBootPathLimit = 1024;

/// Where Open Firmware booted from (IEEE 1275, /chosen property "bootpath"):
/// "/vdevice/l-lan@71000001:speed=auto,10.1.0.1,zImage".
struct BootPath {
    std::string node;       ///< of the device tree: "/vdevice/l-lan@71000001"
    std::string arguments;  ///< what follows the colon

    bool operator==(const BootPath&) const = default;
};

/// Errors: invalid_input unless the node is an absolute path without "." and ".." in printable
/// characters; limit_exceeded.
Result<BootPath> parse_boot_path(std::string_view text);
std::string to_string(const BootPath& path);

}  // namespace dim::agent
