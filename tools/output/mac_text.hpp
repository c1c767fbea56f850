#pragma once

#include "libdim/api/mac_messages.hpp"
#include "libdim/cluster/expansion/explain.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dim::tool {

/// What was found out about the MAC of one blade.
struct MacFinding {
    enum class Kind {
        same,
        fresh,      ///< it had none
        changed,    ///< its board was replaced
        exchanged,  ///< with OTHER
        moved,      ///< the board was OTHER's, where it is not any more
        gone,       ///< nothing is in its place; OTHER, when it is there now
        empty,      ///< the same, and it had none
        untold,     ///< nobody said anything of it
        refused,    ///< PROBLEM says why
    };
    model::ComponentName blade;
    Kind kind = Kind::untold;
    std::optional<model::MacAddress> before = {};
    std::optional<model::MacAddress> now = {};
    std::optional<model::ComponentName> other = {};
    std::optional<api::MacPlace> place = {};
    std::optional<Error> problem = {};
};

/// "new", "changed"…
std::string_view to_string(MacFinding::Kind kind);

/// What would change as a table, and how many of the rest there are.
std::string mac_findings_text(std::span<const MacFinding> findings);
/// {"blades": […], "applied": false}
std::string mac_findings_json(std::span<const MacFinding> findings, bool is_applied);

/// Adds what is known of a blade's MAC besides the definition, which EXPLANATIONS are of.
void explain_mac(std::vector<cluster::Explanation>& explanations, const api::BladeMac& mac);

/// MACs as a table: of which blade, and where each comes from.
std::string macs_text(std::span<const api::BladeMac> macs);

}  // namespace dim::tool
