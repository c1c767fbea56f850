#pragma once

#include "libdim/base/result.hpp"
#include "tools/output/mac_text.hpp"

#include <map>
#include <optional>
#include <span>
#include <vector>

namespace dim::tool {

/// What somebody says of a blade's place: the MACs of the blade's ports, that which it netboots
/// with first; none when nothing is there.
struct Sighting {
    Result<std::vector<model::MacAddress>> macs;
    std::optional<api::MacPlace> place = {};
};
using Sightings = std::map<model::ComponentName, Sighting>;

/// What is known of a blade, asked about or not.
struct KnownMac {
    model::MacAddress mac;
    bool is_defined = false;  ///< by the cluster definition, which wins
};
using KnownMacs = std::map<model::ComponentName, KnownMac>;

/// What SIGHTINGS say that KNOWN, which is of all blades, does not; pure. One finding for each of
/// BLADES, in their order. A port that a blade has already, of several that are seen, is kept. A
/// MAC that would be two blades' afterwards is refused for both.
std::vector<MacFinding> mac_difference(std::span<const model::ComponentName> blades,
                                       const KnownMacs& known, const Sightings& sightings);

/// What the daemon is to be told; pure.
std::vector<api::MacChange> changes_of(std::span<const MacFinding> findings);

}  // namespace dim::tool
