#pragma once

#include "libdim/cluster/definition/definition.hpp"

#include <cstddef>
#include <string>

namespace dim::tool {

/// How much there is of what in a cluster definition.
struct ClusterSummary {
    std::string name;
    std::string domain;
    std::size_t networks = 0;
    std::size_t servers = 0;
    std::size_t blades = 0;
    std::size_t blades_without_mac = 0;
    std::size_t management_modules = 0;
    std::size_t others = 0;
    std::size_t groups = 0;
    std::size_t absent = 0;  ///< places of the taxonomy where nothing is

    bool operator==(const ClusterSummary&) const = default;
};

ClusterSummary summarize(const cluster::Definition& definition);

std::string to_text(const ClusterSummary& summary);
/// One object, its members named as here, one line.
std::string to_json(const ClusterSummary& summary);

}  // namespace dim::tool
