#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::cluster {

/// How the hardware is told which blade is meant.
struct BladeBay {
    const Component* module;  ///< of DEFINITION: the management module that controls it
    std::uint32_t bay;
    bool operator==(const BladeBay&) const = default;
};

/// The module is the one that the blade's property "module" names, else the management module
/// nearest above it: of its chassis, of its server…; the bay is its property "bay", else its
/// innermost number. Errors: not_found without a module, conflict when there are two as near,
/// invalid_input for a property that is wrong.
Result<BladeBay> bay_of(const Definition& definition, const Blade& blade);

/// How a management module is asked.
struct ModuleContact {
    model::Ipv4Address address;
    std::optional<std::uint16_t> port;       ///< its property "snmp-port"
    std::optional<std::string> credentials;  ///< its property "credentials": a file
    bool operator==(const ModuleContact&) const = default;
};
/// Its address on a network of role management, or else its first one. Errors: not_found for one
/// without an address, invalid_input for a property that is wrong.
Result<ModuleContact> contact_of(const Definition& definition, const Component& module);

}  // namespace dim::cluster
