#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dim::cluster {

/// How the hardware is told which blade is meant.
struct BladeBay {
    const Component* module;  ///< of DEFINITION: the management module that controls it
    std::uint32_t bay;
    bool operator==(const BladeBay&) const = default;
};

/// The module is the one that the blade's property "module" names, else the management module
/// nearest above it: of its chassis, of its server… (of two as near, the one whose property
/// "partner" is the other); the bay is its property "bay", else its innermost number. Errors:
/// not_found without a module, conflict when there are two as near, invalid_input for a property
/// that is wrong. Whether another blade has the same, BladeBays tells.
Result<BladeBay> bay_of(const Definition& definition, const Blade& blade);

/// An innermost level, absent for the whole cluster, and the numbers of it and those around it.
using ModulePlace = std::pair<std::optional<std::size_t>, std::vector<std::uint32_t>>;
using ModulesByPlace = std::map<ModulePlace, std::vector<const Component*>>;

/// The bays of all blades of a definition, which outlives it: for what is not to reach a blade that
/// another one may be. O(n log n) for n blades, once.
class BladeBays {
public:
    explicit BladeBays(const Definition& definition);
    /// As bay_of. Errors: those; conflict, with both names, when another blade of the definition is
    /// in the same bay of that module or its partner. One with hardware of its own and no property
    /// "bay" is in none, but two of them are not told the same one.
    Result<BladeBay> of(const Blade& blade) const;

    /// One bay that the definition says of several blades, in its order.
    struct Shared {
        BladeBay bay;
        std::vector<const Blade*> blades;
    };
    /// In the order of modules and bays.
    std::vector<Shared> shared() const;

private:
    using Slot = std::pair<const Component*, std::uint32_t>;
    Slot slot_of(const BladeBay& bay) const;

    const Definition* definition_;
    ModulesByPlace modules_;
    std::map<const Component*, const Component*> chassis_;  ///< of two partners: the first of both
    using BladesBySlot = std::map<Slot, std::vector<const Blade*>>;
    const Blade* other_in(const BladesBySlot& blades, const BladeBay& bay,
                          const Blade& blade) const;

    BladesBySlot blades_;
    BladesBySlot beside_;  ///< of blades with hardware of their own
};

/// How a management module is asked.
struct ModuleContact {
    model::Ipv4Address address;
    std::optional<std::uint16_t> port;       ///< its property "snmp-port"
    std::optional<std::string> credentials;  ///< its property "credentials": a file
    /// Of its command line: properties "telnet-port" and "console-credentials", a file.
    std::optional<std::uint16_t> telnet_port = {};
    std::optional<std::string> console_credentials = {};
    /// The module that answers when this one does not: its property "partner"; at the same place.
    const Component* partner = nullptr;
    std::optional<std::uint32_t> module_bay = {};  ///< "module-bay": which of the two it is
    /// Properties "snmp-timeout", in milliseconds, and "snmp-retries".
    std::optional<std::uint32_t> timeout_ms = {};
    std::optional<std::uint32_t> retries = {};
    bool operator==(const ModuleContact&) const = default;
};
/// Its address on a network of role management, or else its first one. Errors: not_found for one
/// without an address, invalid_input for a property that is wrong, also for a partner in another
/// chassis; conflict for one that is the partner of two.
Result<ModuleContact> contact_of(const Definition& definition, const Component& module);

}  // namespace dim::cluster
