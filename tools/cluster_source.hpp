#pragma once

#include "libdim/cluster/definition/definition.hpp"
#include "tools/command.hpp"

#include <string>

namespace dim::tool {

/// The text of a cluster definition.
struct ClusterText {
    std::string xml;
    std::string name;  ///< for messages: the file, or "revision 7"
};

/// Errors: not_found and others of the file, with its name; limit_exceeded.
Result<ClusterText> read_cluster_file(const std::string& path);

/// The file of --cluster, or else what the daemon has in force.
Outcome<ClusterText> read_cluster_text(const Context& context);

/// The same, understood. Errors: also those of parse_cluster.
Outcome<cluster::Definition> load_cluster(const Context& context);

}  // namespace dim::tool
