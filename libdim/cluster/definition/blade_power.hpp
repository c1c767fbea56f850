#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::cluster {

/// What switches a blade's power.
enum class PowerKind {
    bladecenter,  ///< the management module that bay_of() tells
    ipmi,         ///< a BMC of its own
    exec,         ///< a program of the site
};
std::string_view to_string(PowerKind kind);

/// What the definition says of it. The kind is the blade's property "power"; bladecenter without.
struct BladePower {
    PowerKind kind = PowerKind::bladecenter;
    /// Of the BMC, or whatever the program is to reach: the property "power-address", else that of
    /// the blade's interface on a network of role management.
    std::optional<model::Ipv4Address> address = {};
    std::optional<std::uint16_t> port = {};         ///< "power-port"
    std::optional<std::string> credentials = {};    ///< "credentials": a file
    std::optional<std::string> command = {};        ///< "power-command": a program
    std::optional<std::uint16_t> seconds = {};      ///< "power-seconds": that it may take
    std::optional<std::string> console = {};        ///< "console-command": a program
    std::optional<std::uint8_t> cipher_suite = {};  ///< "ipmi-cipher-suite"
    bool operator==(const BladePower&) const = default;
};

/// Errors: invalid_input for a property that is wrong; not_found for one that the kind needs:
/// "power-command" of exec, an address of ipmi.
Result<BladePower> power_of(const Definition& definition, const Blade& blade);

}  // namespace dim::cluster
