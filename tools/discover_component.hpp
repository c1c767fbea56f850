#pragma once

#include "libdim/api/mac_messages.hpp"
#include "libdim/cluster/definition/blade_bay.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dim::tool {

/// A blade that a plug-in is asked about, as far as the cluster definition tells.
struct DiscoverComponent {
    /// How its management module is asked.
    struct Module {
        model::ComponentName name;
        std::uint32_t bay;
        model::Ipv4Address address;
        std::uint16_t port;
        std::optional<std::string> credentials_file;
    };
    model::ComponentName name;
    model::ComponentName linear;
    model::BladeType type;
    model::ComponentName server;
    std::optional<model::Ipv4Address> address = {};  ///< on the bootnet
    std::optional<model::MacAddress> mac = {};       ///< as known so far
    std::optional<Module> module = {};  ///< absent: the definition does not say without doubt
};

/// BAYS: of DEFINITION. Errors: not_found for what is no blade of it.
Result<DiscoverComponent> discover_component(const cluster::Definition& definition,
                                             const cluster::BladeBays& bays,
                                             const model::ComponentName& blade,
                                             const std::optional<std::string>& credentials_file);

/// What goes to a plug-in's standard input: one JSON object a line (docs/hardware.md).
std::string discover_lines(const std::vector<DiscoverComponent>& components);

}  // namespace dim::tool
