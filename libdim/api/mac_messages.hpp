#pragma once

#include "libdim/api/json.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the administrator's programs and the daemon say to each other about the MACs of blades.
namespace dim::api {

/// Where a management module has a blade.
struct MacPlace {
    model::ComponentName module;
    std::uint32_t bay;

    bool operator==(const MacPlace&) const = default;
};

/// The MAC of a blade's port on the bootnet, and who says so.
struct BladeMac {
    model::ComponentName blade;
    std::optional<model::MacAddress> mac = {};      ///< in force; absent: DHCP does not know it
    std::optional<std::string> source = {};         ///< of MAC: "definition", "learn", a plug-in
    std::optional<MacPlace> place = {};             ///< where it was seen
    std::optional<model::Timestamp> since = {};     ///< when it was learned
    std::optional<model::MacAddress> unused = {};   ///< learned, but not in force
    std::optional<std::string> unused_source = {};  ///< of UNUSED
    std::optional<std::string> cause = {};          ///< why that is not

    bool operator==(const BladeMac&) const = default;
};

/// GET /v1/macs: of this server's blades, in the order of the definition.
struct MacList {
    std::uint64_t number;  ///< more with every change of what is learned
    std::vector<BladeMac> blades;

    bool operator==(const MacList&) const = default;
};

/// Without MAC: what was learned is forgotten.
struct MacChange {
    model::ComponentName blade;
    std::optional<model::MacAddress> mac = {};
    std::optional<MacPlace> place = {};

    bool operator==(const MacChange&) const = default;
};

/// PUT /v1/macs: all of them, or none.
struct LearnMacs {
    std::string source;  ///< "learn", or the name of a plug-in
    std::vector<MacChange> changes;
    std::optional<std::uint64_t> base = {};  ///< MacList::number of what they were made from

    bool operator==(const LearnMacs&) const = default;
};

}  // namespace dim::api
