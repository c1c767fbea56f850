#pragma once

#include "libdim/model/names.hpp"

#include <string>

namespace dim::tool {

/// An image server that can be asked through the daemon here.
struct NamedServer {
    model::ComponentName name;
    bool is_here = false;
    /// The blades that a command there is about, as a range; empty: as its words say.
    std::string blades = {};

    bool operator==(const NamedServer&) const = default;
};

}  // namespace dim::tool
