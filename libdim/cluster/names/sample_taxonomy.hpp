#pragma once

#include "libdim/cluster/names/taxonomy.hpp"

/// Hierarchies that tests use.
namespace dim::cluster::sample {

inline model::ComponentName component_name(const char* text) {
    return *model::ComponentName::parse(text);
}

inline std::vector<Level> blade_levels() {
    return {
        {"server", "s", 2, 1, 43, {}}, {"chassis", "c", 1, 1, 4, 0}, {"blade", "b", 2, 1, 14, 1}};
}

enum KindIndex : std::uint32_t { server, module, blade, head };

inline std::vector<ComponentKind> blade_kinds() {
    return {{component_name("server"), ComponentRole::server, 0},
            {component_name("mm"), ComponentRole::management_module, 1, "s{server}c{chassis}mm"},
            {component_name("blade"), ComponentRole::blade, 2},
            {component_name("head"), ComponentRole::other}};
}

/// 43 servers with 4 chassis of 14 bays: s01c1b01 or b1, s01c1mm or mm1, s01, head.
inline Taxonomy blade_taxonomy() { return *Taxonomy::create(blade_levels(), blade_kinds()); }

/// node1 to node128, without anything around.
inline Taxonomy flat_taxonomy() {
    return *Taxonomy::create({{"node", "node", 1, 1, 128, {}}},
                             {{component_name("node"), ComponentRole::blade, 0}});
}

}  // namespace dim::cluster::sample
