#pragma once

#include "libdim/cluster/definition/definition.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dim::cluster {

/// One change that is the same for all it is about.
struct DefinitionChange {
    enum class Kind { added, removed, changed };
    Kind kind;
    std::string what;     ///< "s01c[1-4]b[01-14]", "network bootnet-s01", "the cluster"
    std::uint32_t count;  ///< of components; 0 for what is no component
    std::string text;  ///< "type js20 → js21"; with different values, those of the first: "address
                       ///< on bootnet 10.1.1.11 → 10.2.1.11, …"
    bool operator==(const DefinitionChange&) const = default;
};

/// What turns one definition into another.
struct DefinitionDifference {
    std::vector<DefinitionChange> changes;      ///< grouped; in the order of the definition
    std::uint32_t blades = 0;                   ///< added, removed or changed
    std::vector<model::ComponentName> servers;  ///< whose configuration changes, old and new ones
    bool operator==(const DefinitionDifference&) const = default;
};

/// Linear in the number of components.
DefinitionDifference difference(const Definition& before, const Definition& after);

}  // namespace dim::cluster
