#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::agent {

/// What this machine is, as far as its firmware and its kernel tell.
struct MachineIdentity {
    std::string machine;  ///< "IBM,8844-AC1", "unknown"
    std::optional<std::string> serial;
    std::optional<std::string> uuid;
    std::uint64_t memory_bytes = 0;
    std::uint32_t cpus = 0;
    std::string kernel;          ///< uname -r
    std::string kernel_version;  ///< uname -v

    bool operator==(const MachineIdentity&) const = default;
};

/// Reads the device tree below DEVICE_TREE, or the DMI identity below DMI where there is none.
/// Errors: those of the kernel's own figures; what the firmware does not tell is left out.
Result<MachineIdentity> identify_machine(const std::string& device_tree = "/proc/device-tree",
                                         const std::string& dmi = "/sys/class/dmi/id");

}  // namespace dim::agent
